// Verifies receipts with nothing but the log's public key: RFC 9162 inclusion proofs and an Ed25519 signature.
// It runs in a browser of today without a network, and in Node.js.
"use strict";
const xiezhi = (() => {
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
  const base64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const hex = (array) => Array.from(array, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const join = (...parts) => {
    const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
    let place = 0;
    for (const part of parts) {
      all.set(part, place);
      place += part.length;
    }
    return all;
  };
  const hash = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", join(...parts)));

  // RFC 9162 section 2.1.3.2.
  async function rootOf(entry, index, size, path) {
    let node = index;
    let last = size - 1;
    let root = await hash(Uint8Array.of(0), entry);
    for (const sibling of path) {
      if (last === 0) return null;
      if (node % 2 === 1 || node === last) {
        root = await hash(Uint8Array.of(1), sibling, root);
        while (node % 2 === 0 && node !== 0) {
          node = Math.floor(node / 2);
          last = Math.floor(last / 2);
        }
      } else {
        root = await hash(Uint8Array.of(1), root, sibling);
      }
      node = Math.floor(node / 2);
      last = Math.floor(last / 2);
    }
    return last === 0 ? root : null;
  }

  async function verify(receipt, logKey) {
    if (receipt.leaf_index >= receipt.tree_size) return "the entry is beyond the tree";
    const root = await rootOf(bytes(receipt.entry), receipt.leaf_index, receipt.tree_size, receipt.path.map(bytes));
    if (root === null || hex(root) !== receipt.root_hash) return "the entry is not in the tree";
    const shown = btoa(String.fromCharCode(...bytes(receipt.root_hash)));
    const text = `${receipt.origin}\n${receipt.tree_size}\n${shown}\n${receipt.time_ms}\n`;
    const key = await crypto.subtle.importKey("raw", bytes(logKey), { name: "Ed25519" }, false, ["verify"]);
    const signed = await crypto.subtle.verify({ name: "Ed25519" }, key, bytes(receipt.signature), new TextEncoder().encode(text));
    if (!signed) return "the signature is not the log's";
    const digest = hex(await hash(bytes(receipt.salt), base64(receipt.answer)));
    if (digest !== receipt.response_sha256) return "it is of another answer";
    return receipt.entry.includes(receipt.response_sha256) ? "" : "the entry does not hold the answer's digest";
  }
  return { verify };
})();

async function xiezhiShow() {
  const proofs = JSON.parse(document.getElementById("proofs").textContent);
  for (const [place, receipt] of proofs.receipts.entries()) {
    const cell = document.getElementById(`verdict-${place}`);
    try {
      const wrong = await xiezhi.verify(receipt, proofs.log_key);
      cell.textContent = wrong ? `✗ ${wrong}` : "✓ verified here, in this page";
      cell.className = wrong ? "bad" : "good";
    } catch (failure) {
      cell.textContent = "this browser knows no Ed25519; use the commands below";
    }
  }
}
if (typeof document !== "undefined") {
  document.addEventListener("DOMContentLoaded", xiezhiShow);
} else {
  module.exports = xiezhi;
}
