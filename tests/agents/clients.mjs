// What is particular to each client: its package, how it is started without a user, what it is told of its model, and
// what it writes where its user trusts a workspace.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * @typedef {object} Client
 * @property {string} package its name in the npm registry
 * @property {string} entry the program of the package that Node runs, which works without install scripts
 * @property {string} protocol the protocol of the mock that it speaks
 * @property {string} lastEvent part of the line that it writes when it is done
 * @property {boolean} [dropsComments] whether it takes HTML comments between blocks out of what it imports
 * @property {(place: { home: string, workspace: string, trusted: boolean }) => void} prepareHome
 * @property {(place: object) => { args: string[], env: Record<string, string> }} launch
 * @property {(body: object, command: string) => object} [readCall] the tool call that runs a shell command; only of a
 *   client that is not expected to have CONTEXT.md in its first request
 */

/** @type {Record<string, Client>} */
export const CLIENTS = {
  "claude-code": {
    package: "@anthropic-ai/claude-code",
    entry: "cli-wrapper.cjs",
    protocol: "anthropic",
    lastEvent: '"type":"result"',
    dropsComments: true,
    prepareHome: ({ home, workspace, trusted }) => {
      const projects = trusted ? { [workspace]: { hasTrustDialogAccepted: true } } : {};
      write(join(home, ".claude", ".claude.json"), JSON.stringify({ projects }));
    },
    launch: ({ url, home, prompt }) => ({
      args: ["-p", prompt, "--output-format", "stream-json", "--verbose"],
      env: {
        CLAUDE_CONFIG_DIR: join(home, ".claude"),
        ANTHROPIC_BASE_URL: url,
        ANTHROPIC_API_KEY: "mock",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
        DISABLE_TELEMETRY: "1",
        DISABLE_ERROR_REPORTING: "1",
        DISABLE_AUTOUPDATER: "1",
      },
    }),
  },
  codex: {
    package: "@openai/codex",
    entry: "bin/codex.js",
    protocol: "openai",
    lastEvent: '"type":"turn.completed"',
    prepareHome: ({ home, workspace, trusted }) => {
      const trust = trusted ? `[projects.${JSON.stringify(workspace)}]\ntrust_level = "trusted"\n` : "";
      write(join(home, ".codex", "config.toml"), trust);
      mkdirSync(join(home, "tmp"));
    },
    // Codex makes the helper of its sandbox in its home, unless that is below the directory for temporary files: then its
    // shell tool fails where `bwrap` is installed. So it gets another such directory.
    launch: ({ url, home, prompt }) => ({
      args: ["exec", "--json", "--skip-git-repo-check", "-s", "read-only", ...codexSettings(url), prompt],
      env: { CODEX_HOME: join(home, ".codex"), MOCK_API_KEY: "mock", TMPDIR: join(home, "tmp") },
    }),
    readCall: codexReadCall,
  },
  "gemini-cli": {
    package: "@google/gemini-cli",
    entry: "bundle/gemini.js",
    protocol: "gemini",
    lastEvent: '"type":"result"',
    prepareHome: ({ home, workspace, trusted }) => {
      const settings = {
        security: { auth: { selectedType: "gemini-api-key" }, folderTrust: { enabled: true } },
        general: { enableAutoUpdate: false, disableAutoUpdate: true, disableUpdateNag: true },
        privacy: { usageStatisticsEnabled: false },
        telemetry: { enabled: false },
      };
      write(join(home, ".gemini", "settings.json"), JSON.stringify(settings));
      if (trusted) write(join(home, ".gemini", "trustedFolders.json"), JSON.stringify({ [workspace]: "TRUST_FOLDER" }));
    },
    // A model is named because the client otherwise asks a model first which model to take.
    launch: ({ url, home, prompt, trusted }) => ({
      args: ["-p", prompt, "-m", "gemini-2.5-pro", "-o", "stream-json", ...(trusted ? [] : ["--skip-trust"])],
      env: { GEMINI_CLI_HOME: home, GEMINI_API_KEY: "mock", GOOGLE_GEMINI_BASE_URL: url },
    }),
  },
};

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Codex' model as `-c` options, which stand above the workspace's own `.codex/config.toml`. */
function codexSettings(url) {
  const provider = `{name="mock", base_url="${url}/v1", wire_api="responses", env_key="MOCK_API_KEY"}`;
  const settings = [
    `model_provider="mock"`,
    `model_providers.mock=${provider}`,
    "check_for_update_on_startup=false",
    "analytics.enabled=false",
  ];
  return settings.flatMap((setting) => ["-c", setting]);
}

/**
 * A shell call in the protocol of the tools that the request offers: a JavaScript program that calls `exec_command`
 * (the default of 0.169), or one of the functions that other models of Codex get.
 */
function codexReadCall(body, command) {
  if (offers(body, "exec")) {
    const input = `text((await tools.exec_command({ cmd: ${JSON.stringify(command)} })).output);`;
    return { type: "custom_tool_call", name: "exec", input };
  }
  if (offers(body, "exec_command")) return functionCall("exec_command", { cmd: command });
  if (offers(body, "shell_command")) return functionCall("shell_command", { command });
  return functionCall("shell", { command: ["bash", "-c", command] });
}

/** Whether a tool of that name is in the request, in a namespace or in none. */
function offers(value, name) {
  if (Array.isArray(value)) return value.some((each) => offers(each, name));
  if (value === null || typeof value !== "object") return false;
  if (value.name === name && ["function", "custom"].includes(value.type)) return true;
  return offers(value.tools ?? value.input, name);
}

function functionCall(name, input) {
  return { type: "function_call", name, arguments: JSON.stringify(input) };
}
