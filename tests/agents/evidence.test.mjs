import assert from "node:assert/strict";
import { test } from "node:test";
import { findDocument, textOf, withoutBlockComments } from "./evidence.mjs";
import { mentionedPaths } from "./workspace.mjs";

const DOCUMENT = "# Context\n\nThe tables of the shop.\n\n### Client\n\n| a |\n| a |\n";

test("a document is found in a request whatever stands around it", () => {
  const body = { messages: [{ content: [{ text: `before\n${DOCUMENT}after` }] }] };
  assert.deepEqual(findDocument(DOCUMENT, textOf(body)), { lines: 5, total: 5, missing: undefined, copies: 1 });
});

test("a document that is cut at its end is noticed", () => {
  const found = findDocument(DOCUMENT, DOCUMENT.slice(0, -7));
  assert.deepEqual([found.lines, found.missing], [4, "| a |"]);
});

test("a document that is cut in its middle is noticed", () => {
  assert.equal(findDocument(DOCUMENT, DOCUMENT.replace("### Client\n", "")).missing, "### Client");
});

test("lines in another order are not the document", () => {
  assert.equal(findDocument("one\ntwo\n", "two\none\n").missing, "two");
});

test("a document that is there twice is noticed", () => {
  assert.equal(findDocument(DOCUMENT, DOCUMENT + DOCUMENT).copies, 2);
});

test("comments between blocks are taken out, comments in fences are not", () => {
  const text = "a\n<!-- b\nc -->\n```text\n<!-- d -->\n```\ne <!-- f -->\n<!-- g -->\n";
  assert.equal(withoutBlockComments(text), "a\n\n```text\n<!-- d -->\n```\ne <!-- f -->\n\n");
});

test("a longer fence is not closed by a shorter one", () => {
  const text = "````\n```\n<!-- a -->\n````\n<!-- b -->\n";
  assert.equal(withoutBlockComments(text), "````\n```\n<!-- a -->\n````\n\n");
});

test("paths are found behind every spelling of the at sign", () => {
  const text = 'see @a/b.md, and &#64;c or @"d" and mail@e.fr';
  assert.deepEqual(mentionedPaths(text), ["a/b.md,", "a/b.md", "c", 'd"', "d", "e.fr"]);
});
