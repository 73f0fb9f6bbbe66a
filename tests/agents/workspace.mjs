// The workspace that a client runs in: a copy, so that no client changes the original, with canaries.

import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** Where no MCP server answers: its entries in the clients' settings must not keep a client from its work. */
const MCP_URL = "http://127.0.0.1:9/mcp";

/** The clients' settings, which `quarry init` writes for an MCP server alone. */
const SETTINGS = [".mcp.json", ".codex/config.toml", ".gemini/settings.json"];

/** How many canaries a document can call for. */
const MAX_CANARIES = 500;

/** Makes a workspace with `quarry init`, all files for agents included, and returns its path. */
export function initialize({ quarry, source, stack }, workspace) {
  source ??= join(HERE, "..", "fixtures", "webdev-shop");
  const args = ["--quiet", "init", source, "--workspace", workspace, "--stack", stack, "--mcp-url", MCP_URL];
  const made = spawnSync(resolve(quarry), args, { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`quarry init failed: ${made.error?.message ?? made.stderr.trim()}`);
  const missing = SETTINGS.filter((file) => !existsSync(join(workspace, file)));
  if (missing.length > 0) throw new Error(`quarry init --mcp-url did not write ${missing.join(", ")}`);
  return workspace;
}

/**
 * Copies a workspace. A document that mentions `@path` gets a file of that name with a content of its own, so that a
 * client that takes the mention for "include this file" gives itself away.
 *
 * @returns {{ path: string, canaries: Map<string, string> }} the copy, and the mentioned path of every canary's content
 */
export function copyWithCanaries(workspace, path) {
  cpSync(workspace, path, { recursive: true, verbatimSymlinks: true });
  const canaries = new Map();
  for (const mentioned of mentionedPaths(readFileSync(join(path, "CONTEXT.md"), "utf8")).slice(0, MAX_CANARIES)) {
    const content = `canary-${randomUUID()}`;
    if (writeIfFree(path, mentioned, content)) canaries.set(content, mentioned);
  }
  return { path, canaries };
}

/** What follows an `@`, escaped or not: up to a blank, as the clients read it, and without punctuation at its end. */
export function mentionedPaths(text) {
  const words = [...text.matchAll(/(?:@|&#64;|&#x40;|&commat;)["'`<]?([\p{L}\p{N}_.~/-]\S*)/giu)].map(([, word]) => word);
  const variants = words.flatMap((word) => [word, word.replace(/["'`<>()[\]|#*].*$/u, "").replace(/[,;:.!?]+$/u, "")]);
  return [...new Set(variants)].filter((word) => word !== "");
}

/** Writes a file below a directory where there is nothing yet; false when that cannot be. */
function writeIfFree(directory, name, content) {
  const file = resolve(directory, name);
  const inside = relative(directory, file);
  if (inside === "" || inside.startsWith("..") || existsSync(file)) return false;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { flag: "wx" });
    return true;
  } catch (error) {
    if (["ENOTDIR", "EEXIST", "ENAMETOOLONG", "EISDIR", "EINVAL"].includes(error.code)) return false;
    throw error;
  }
}
