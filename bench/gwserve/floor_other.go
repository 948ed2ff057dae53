//go:build !linux

package main

import (
	"context"
	"errors"
)

func serveFloor(context.Context, string, string, int) error {
	return errors.New("the floor needs epoll, as the load does")
}
