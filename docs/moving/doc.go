// Package moving has the programs of docs/moving-router.md and docs/moving-dynamo.md: the same API and the same table,
// before and after. Its tests send the same requests to all of them. It is a module of its own, as it needs the peers.
package moving
