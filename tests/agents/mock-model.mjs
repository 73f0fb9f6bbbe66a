// A model provider of which the clients see only the protocol: Anthropic Messages, OpenAI Responses and Gemini
// generateContent, streamed. It listens on 127.0.0.1, keeps every request, and answers with one sentence or, where a
// test asks for it, first with one tool call.

import { randomUUID } from "node:crypto";
import { createServer } from "node:http";

/** The sentence that ends every conversation. */
const ANSWER = "Understood.";

/**
 * Starts the mock.
 *
 * @param {object} options
 * @param {(request: LoggedRequest) => void} options.onRequest called with every request, before it is answered
 * @param {(body: object) => ToolCall | undefined} [options.toolCall] the tool call that answers an OpenAI request
 * @returns {Promise<{ url: string, close: () => void }>} the base address, without a slash at its end
 *
 * @typedef {{ method: string, path: string, protocol: string, text: string, body: object | undefined }} LoggedRequest
 * @typedef {object} ToolCall an output item of the OpenAI Responses protocol, without its identifiers
 */
export async function startMockModel({ onRequest, toolCall = () => undefined }) {
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString("utf8");
    const path = request.url.split("?")[0];
    const logged = { method: request.method, path, protocol: protocolOf(path), text, body: parse(text) };
    onRequest(logged);
    answer(logged, response, toolCall);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

/** The protocol of a path; "other" is what a client asks for besides its model, such as a list of models. */
function protocolOf(path) {
  if (path.endsWith("/messages")) return "anthropic";
  if (path.endsWith("/responses")) return "openai";
  if (/:(stream)?generateContent$/i.test(path)) return "gemini";
  return "other";
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function answer({ protocol, path, body }, response, toolCall) {
  if (protocol === "anthropic") return stream(response, anthropicEvents(body));
  if (protocol === "openai") return stream(response, openaiEvents(toolCall(body)));
  if (protocol === "gemini" && path.includes(":stream")) return stream(response, [geminiResponse()]);
  if (protocol === "gemini") return json(response, geminiResponse());
  if (path.endsWith("/count_tokens")) return json(response, { input_tokens: 1 });
  if (path.endsWith(":countTokens")) return json(response, { totalTokens: 1 });
  if (path.endsWith("/models")) return json(response, { object: "list", data: [], models: [] });
  response.writeHead(404, { "content-type": "application/json" }).end('{"error":{"message":"not in the mock"}}');
}

function json(response, value) {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
}

/** Sends values as server-sent events; one that has a `type` is named after it, as two of the protocols want. */
function stream(response, values) {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const value of values) {
    if (value.type) response.write(`event: ${value.type}\n`);
    response.write(`data: ${JSON.stringify(value)}\n\n`);
  }
  response.end();
}

function anthropicEvents(body) {
  const message = {
    id: "msg_mock",
    type: "message",
    role: "assistant",
    model: body?.model ?? "mock",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  };
  return [
    { type: "message_start", message },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: ANSWER } },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 1 } },
    { type: "message_stop" },
  ];
}

function openaiEvents(toolCall) {
  const id = randomUUID();
  const text = { type: "output_text", text: ANSWER, annotations: [] };
  const item = toolCall
    ? { id: `call_item_${id}`, call_id: `call_${id}`, ...toolCall }
    : { id: `msg_${id}`, type: "message", role: "assistant", content: [text] };
  const usage = {
    input_tokens: 1,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 1,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 2,
  };
  return [
    { type: "response.created", response: { id: "resp_mock" } },
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response: { id: "resp_mock", output: [item], usage } },
  ];
}

function geminiResponse() {
  return {
    candidates: [{ content: { role: "model", parts: [{ text: ANSWER }] }, finishReason: "STOP", index: 0 }],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    modelVersion: "mock",
  };
}
