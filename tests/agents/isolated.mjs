// Runs one client against the mock model and writes what was said into a directory. It is a process of its own because a
// network namespace belongs to a process: the mock and the client must be in the same one.
//
//   node isolated.mjs JOB.json     what is in a job: session.mjs

import { spawn, spawnSync } from "node:child_process";
import { createWriteStream, readFileSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { CLIENTS } from "./clients.mjs";
import { startMockModel } from "./mock-model.mjs";

/** How long a client may go on after its last event or after it was asked to end, in milliseconds. */
const GRACE = 10_000;

/** Where nothing listens: what a client outside a namespace would send elsewhere than to the mock goes there. */
const NO_WAY_OUT = { HTTP_PROXY: "http://127.0.0.1:9", HTTPS_PROXY: "http://127.0.0.1:9", NO_PROXY: "127.0.0.1" };

const job = JSON.parse(readFileSync(process.argv[2], "utf8"));
const client = CLIENTS[job.client];
if (job.isolated) bringLoopbackUp();

const requests = [];
const commands = [...job.toolCalls];
const mock = await startMockModel({
  onRequest: ({ method, path, protocol, text }) => {
    const file = `request-${requests.length + 1}-${protocol}.json`;
    writeFileSync(join(job.logs, file), text);
    requests.push({ method, path, protocol, file, bytes: Buffer.byteLength(text) });
  },
  toolCall: (body) => (commands.length > 0 ? client.readCall(body, commands.shift()) : undefined),
});
const end = await runClient(mock.url);
mock.close();
writeFileSync(join(job.logs, "outcome.json"), JSON.stringify({ ...end, requests }, null, 2));

function bringLoopbackUp() {
  const done = spawnSync("ip", ["link", "set", "lo", "up"], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`cannot bring the loopback interface up: ${done.error?.message ?? done.stderr}`);
  const others = Object.keys(networkInterfaces()).filter((name) => name !== "lo");
  if (others.length > 0) throw new Error(`the namespace has interfaces besides lo: ${others.join(", ")}`);
}

/**
 * Starts the client in a process group of its own and waits for its end. Clients are known to stay after their last
 * event, or never to say one: both are ended.
 */
function runClient(url) {
  const { args, env } = client.launch({ url, ...job });
  const [program, ...before] = job.command;
  const child = spawn(program, [...before, ...args], {
    cwd: job.workspace,
    env: { PATH: process.env.PATH, HOME: job.home, ...env, ...(job.isolated ? {} : NO_WAY_OUT) },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  child.stdout.pipe(createWriteStream(join(job.logs, "stdout")));
  child.stderr.pipe(createWriteStream(join(job.logs, "stderr")));
  return new Promise((resolve) => {
    let [finished, stopped] = [false, false];
    const signal = (name) => {
      try {
        process.kill(-child.pid, name);
      } catch (error) {
        if (error.code !== "ESRCH") throw error;
      }
    };
    const stop = () => {
      stopped = true;
      signal("SIGTERM");
      timers.push(setTimeout(() => signal("SIGKILL"), GRACE));
    };
    const timers = [setTimeout(stop, job.timeout)];
    for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => (signal("SIGKILL"), process.exit(130)));
    child.stdout.on("data", (data) => {
      if (finished || !data.includes(client.lastEvent)) return;
      finished = true;
      timers.push(setTimeout(stop, GRACE));
    });
    child.on("error", (error) => {
      timers.forEach(clearTimeout);
      resolve({ problem: error.message });
    });
    child.on("close", (code) => {
      timers.forEach(clearTimeout);
      if (child.pid) signal("SIGKILL"); // what the client started and left
      resolve({ code, finished, stopped });
    });
  });
}
