// Prints as JSON what speedscope makes of a trace:  node speedscope.js RELEASE TRACE
// RELEASE is the directory of the page in speedscope's npm package.  Its one script has the
// importer, which needs no browser; the page itself fails here, for want of one.
const fs = require("fs");
const vm = require("vm");

const [, , release, trace] = process.argv;
const name = fs.readdirSync(release).find((each) => /^speedscope-.*\.js$/.test(each));
const importer = /async function (\w+)\(\w,\w\)\{return\(await \w+\)\.importProfileGroupFromText\(/;
const source = fs.readFileSync(`${release}/${name}`, "utf8");
const warnings = [];
const quiet = () => undefined;
const world = {
  console: { ...console, log: quiet, warn: (...said) => warnings.push(said.join(" ")) },
  document: { createElement: () => ({}) },
  location: { hash: "", protocol: "file:" },
  navigator: { userAgent: "" },
  performance,
  setTimeout,
  TextDecoder,
  TextEncoder,
};
world.self = world.window = world;
vm.createContext(world);
try {
  vm.runInContext(source.replace(importer, "globalThis.read=$1;$&"), world);
} catch (error) {
  if (!world.read) throw error;
}

function calls(profile) {
  const found = [];
  let depth = 0;
  const enter = (node, at) => found.push([depth++, node.frame.name, at]);
  profile.forEachCall(enter, () => depth--);
  return found;
}

world.read("trace.json", fs.readFileSync(trace, "utf8")).then((group) => {
  const profiles = group.profiles.map((profile) => ({
    name: profile.getName(),
    unit: profile.getWeightUnit(),
    total: profile.getTotalWeight(),
    calls: calls(profile),
  }));
  process.stdout.write(JSON.stringify({ profiles, warnings }));
});
