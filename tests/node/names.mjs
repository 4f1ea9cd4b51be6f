// Parses scripts as Chromium 80 would (ECMAScript 2020), and tells which names they use and which they define.
// Prints {file: {error} | {used: [[name, object or "", called, line], …], defined: [name, …], functions: [name, …]}};
// a name without an object is one that the file declares nowhere itself.
import { readFileSync } from "node:fs";
import { parse } from "acorn";
import { simple } from "acorn-walk";

function namesIn(text) {
  const used = [], defined = new Set(), functions = new Set(), called = new Set(), shorthand = [];
  const declared = new Set();
  const isFunction = (node) => /Function/.test(node?.type || "");
  const keyOf = (node, computed) => (computed ? node.value : (node.name ?? node.value));
  const define = (name, value) => {
    defined.add(name);
    if (isFunction(value)) functions.add(name);
    else if (value?.type === "Identifier") shorthand.push([name, value.name]);
  };
  const use = (node, name, object) => used.push([name, object, called.has(node), node.loc.start.line]);
  const useGlobal = (node) => {
    if (node.type === "Identifier" && !declared.has(node.name)) use(node, node.name, "");
  };
  const tree = parse(text, { ecmaVersion: 2020, sourceType: "script", locations: true });
  simple(tree, {
    CallExpression: (node) => called.add(node.callee),
    AssignmentExpression(node) {
      if (node.left.type === "MemberExpression") define(keyOf(node.left.property, node.left.computed), node.right);
    },
    Property: (node) => define(keyOf(node.key, node.computed), node.value),
    MethodDefinition: (node) => define(node.key.name, node.value),
    VariablePattern: (node) => declared.add(node.name),
    Function(node) {
      if (node.id) {
        declared.add(node.id.name);
        functions.add(node.id.name);
      }
    },
    VariableDeclarator(node) {
      if (node.id.type === "Identifier" && isFunction(node.init)) functions.add(node.id.name);
    },
  });
  simple(tree, {
    MemberExpression(node) {
      const key = keyOf(node.property, node.computed);
      if (typeof key === "string" && !(node.computed && node.property.type === "Identifier"))
        use(node, key, node.object.name || "…");
      useGlobal(node.object);
    },
    CallExpression: (node) => useGlobal(node.callee),
    NewExpression: (node) => useGlobal(node.callee),
  });
  for (const [name, value] of shorthand) if (functions.has(value)) functions.add(name);
  return { used, defined: [...defined], functions: [...functions] };
}

const found = {};
for (const file of process.argv.slice(2)) {
  try {
    found[file] = namesIn(readFileSync(file, "utf8"));
  } catch (error) {
    found[file] = { error: error.message };
  }
}
console.log(JSON.stringify(found));
