// The command line of tests/agents: starts each client in a copy of a workspace and says what reached the model.

import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CLIENTS } from "./clients.mjs";
import { judge } from "./evidence.mjs";
import { checkSpellings } from "./imports.mjs";
import { installClients } from "./install.mjs";
import { canIsolate, runClient } from "./session.mjs";
import { copyWithCanaries, initialize } from "./workspace.mjs";

const HELP = `Shows with the real clients, without network, that a workspace's CONTEXT.md is in their request to the model

Usage: tests/agents/run --workspace DIR             an initialized workspace; it is copied, not touched
       tests/agents/run --quarry PATH [SOURCE]      one that PATH makes of SOURCE [default: tests/fixtures/webdev-shop]
       tests/agents/run --imports                   which spellings of @path each client expands, as a table

Options:
      --stack ID      the target stack that --quarry is given [default: fastapi-htmx]
      --only NAME     ${Object.keys(CLIENTS).join(", ")}; may be repeated
      --clients DIR   where the clients are installed and found again [default: a temporary directory]
      --timeout SECS  how long one client may take [default: 120]
      --keep          keep the requests and logs, and say where they are
  -h, --help          this help

Exit codes: 0 all that was asked for holds, 1 it does not, 2 the command line or the workspace is wrong
`;

/** What is wrong with the command line or what it names; the other errors are failures of the check. */
class UsageError extends Error {}

function readArguments() {
  const options = {
    workspace: { type: "string" },
    quarry: { type: "string" },
    imports: { type: "boolean" },
    stack: { type: "string", default: "fastapi-htmx" },
    only: { type: "string", multiple: true, default: Object.keys(CLIENTS) },
    clients: { type: "string" },
    timeout: { type: "string", default: "120" },
    keep: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  };
  let parsed;
  try {
    parsed = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error.message);
  }
  const { values, positionals } = parsed;
  const modes = [values.workspace, values.quarry, values.imports].filter((value) => value !== undefined);
  if (!values.help && modes.length !== 1) throw new UsageError("give one of --workspace, --quarry, --imports");
  if (positionals.length > (values.quarry ? 1 : 0)) throw new UsageError(`too many arguments: ${positionals.join(" ")}`);
  const unknown = values.only.find((name) => !(name in CLIENTS));
  if (unknown) throw new UsageError(`no client is called ${unknown}; there are ${Object.keys(CLIENTS).join(", ")}`);
  if (!(Number(values.timeout) > 0)) throw new UsageError(`--timeout takes a number of seconds, not ${values.timeout}`);
  return { ...values, source: positionals[0], timeout: Number(values.timeout) * 1000 };
}

function findWorkspace(args, temporary) {
  const workspace = args.quarry ? initialize(args, join(temporary, "initialized")) : args.workspace;
  try {
    readFileSync(join(workspace, "CONTEXT.md"));
  } catch (error) {
    throw new UsageError(`${workspace} is not an initialized workspace: ${error.message}`);
  }
  return workspace;
}

/** Runs a client in a workspace that its user has not trusted, and in one that is trusted, and prints a line each. */
async function checkClient(name, installed, { workspace, temporary, isolated, timeout }) {
  let holds = true;
  for (const trusted of [false, true]) {
    const title = `${name} ${installed.version}${trusted ? ", workspace trusted" : ""}`;
    const logs = join(temporary, `${name}-${trusted ? "trusted" : "untrusted"}`);
    mkdirSync(logs);
    const copy = copyWithCanaries(workspace, join(logs, "workspace"));
    const session = await runClient({ name, command: installed.command, copy, logs, trusted, isolated, timeout });
    const verdict = judge(name, session, copy);
    const [answer, details] = verdict.problems.length === 0 ? ["yes", verdict.proof] : ["NO", verdict.problems.join("; ")];
    console.log(`${title}: CONTEXT.md in the request: ${answer} (${details})`);
    for (const note of verdict.notes) console.log(`  note: ${note}`);
    holds &&= verdict.problems.length === 0;
  }
  return holds;
}

async function checkAll(args, temporary) {
  const workspace = args.imports ? undefined : findWorkspace(args, temporary);
  const installed = installClients(args.only, args.clients ?? join(temporary, "clients"));
  const isolated = canIsolate();
  console.log(
    isolated
      ? "network: a namespace of its own with the loopback interface alone"
      : "network: NOT isolated, `unshare -rn` and `ip` are needed for that; the clients get a proxy that does not exist",
  );
  if (args.imports) return checkSpellings(args.only, installed, { temporary, isolated, timeout: args.timeout });

  let holds = true;
  for (const name of args.only) {
    const { problem } = installed[name];
    const place = { workspace, temporary, isolated, timeout: args.timeout };
    if (problem) console.log(`${name}: CONTEXT.md in the request: NO (${problem})`);
    if (problem || !(await checkClient(name, installed[name], place))) holds = false;
  }
  return holds;
}

async function main() {
  const args = readArguments();
  if (args.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const temporary = mkdtempSync(join(realpathSync(tmpdir()), "quarry-agents-"));
  process.once("SIGINT", () => {
    rmSync(temporary, { recursive: true, force: true });
    process.exit(130);
  });
  try {
    return (await checkAll(args, temporary)) ? 0 : 1;
  } finally {
    if (args.keep) console.log(`requests and logs: ${temporary}`);
    else rmSync(temporary, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`tests/agents/run: ${error.message}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
