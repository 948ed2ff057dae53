// Renders the console's passthrough template with velocityjs, parsed before. It reads lines with a number of renderings,
// and answers each with the nanoseconds that one took; the first line is the template and the request, as JSON, and is
// answered with what is rendered.
import { createInterface } from 'node:readline'
import velocity from 'velocityjs'

const { Parser = velocity.parse, Compile = velocity.Compile } = velocity
const parse = typeof Parser === 'function' ? Parser : Parser.parse

function contextOf(request) {
  const params = { path: request.path, querystring: request.query, header: request.header }
  return {
    input: {
      params: (name) => (name === undefined ? params : params.path[name] ?? params.querystring[name] ?? params.header[name] ?? ''),
      json: () => JSON.stringify(JSON.parse(request.body)),
    },
    util: {
      escapeJavaScript: (s) => String(s).replace(/["'\\/]/g, '\\$&').replace(/\n/g, '\\n'),
    },
    stageVariables: request.stageVariables,
    context: request.context,
  }
}

let compiled, request
for await (const line of createInterface({ input: process.stdin })) {
  if (!compiled) {
    request = JSON.parse(line)
    compiled = new Compile(parse(request.template))
    console.log(JSON.stringify(compiled.render(contextOf(request))))
    continue
  }
  const n = Number(line)
  const start = process.hrtime.bigint()
  for (let i = 0; i < n; i++) compiled.render(contextOf(request))
  console.log(Number(process.hrtime.bigint() - start) / n)
}
