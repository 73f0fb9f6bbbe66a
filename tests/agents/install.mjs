// Installs the clients from the npm registry at the versions of package-lock.json, outside the repository.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CLIENTS } from "./clients.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const MANIFESTS = ["package.json", "package-lock.json"];

/**
 * Installs each of the named clients into a directory of its own, or finds it there when the lock file is the same.
 *
 * @returns {Record<string, { version: string, command: string[] } | { problem: string }>} by the client's name
 */
export function installClients(names, directory) {
  const entries = names.map((name) => [name, installClient(CLIENTS[name], resolve(directory, name))]);
  return Object.fromEntries(entries);
}

function installClient(client, directory) {
  const manifests = MANIFESTS.map((file) => [join(directory, file), manifestOf(client, file)]);
  const entry = join(directory, "node_modules", client.package, client.entry);
  const isCurrent = manifests.every(([file, text]) => existsSync(file) && readFileSync(file, "utf8") === text);
  if (!isCurrent || !existsSync(entry)) {
    mkdirSync(directory, { recursive: true });
    for (const [file, text] of manifests) writeFileSync(file, text);
    console.error(`installing ${client.package} into ${directory}`);
    const reason = runNpm(directory);
    if (!existsSync(entry)) return { problem: `${client.package} could not be installed: ${reason}` };
  }
  const { version } = JSON.parse(readFileSync(join(directory, "node_modules", client.package, "package.json"), "utf8"));
  return { version, command: [process.execPath, entry] };
}

/** A manifest of this directory with one client alone; npm leaves out what the lock file has for the others. */
function manifestOf(client, file) {
  const manifest = JSON.parse(readFileSync(join(HERE, file), "utf8"));
  const root = manifest.packages?.[""] ?? manifest;
  root.dependencies = { [client.package]: root.dependencies[client.package] };
  return JSON.stringify(manifest, null, 2);
}

/** Runs `npm ci` and returns why it failed, if it did. No client needs an install script to be started as here. */
function runNpm(directory) {
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--engine-strict=false"];
  const npm = spawnSync("npm", ["ci", ...flags], { cwd: directory, encoding: "utf8" });
  if (npm.error) return npm.error.message;
  const errors = npm.stderr.matchAll(/^npm error (?!A complete log|\s)(.*)$/gm);
  const reasons = [...errors].map(([, reason]) => reason);
  return reasons.join("; ").slice(0, 400) || `npm ci ended with exit code ${npm.status} and left its program out`;
}
