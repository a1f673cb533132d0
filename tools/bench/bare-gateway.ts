/** First hop of the baseline: passes every request on as it is. Nothing is checked. */
import Fastify from "fastify";
import { Pool } from "undici";

const [port, upstream = ""] = process.argv.slice(2);
const pool = new Pool(upstream, { connections: 64, pipelining: 1 });
const server = Fastify();

server.removeAllContentTypeParsers();
server.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
server.all("/*", async (request, reply) => {
  const type = request.headers["content-type"];
  const answer = await pool.request({
    method: request.method,
    path: request.url,
    headers: type === undefined ? {} : { "content-type": type },
    body: request.method === "GET" ? null : request.raw,
  });
  const { "content-type": contentType, "content-length": contentLength } = answer.headers;
  return reply
    .code(answer.statusCode)
    .headers({ "content-type": contentType, "content-length": contentLength })
    .send(answer.body);
});
await server.listen({ port: Number(port), host: "127.0.0.1" });
