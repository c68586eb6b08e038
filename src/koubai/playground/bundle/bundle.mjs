// Bundles the page's third-party modules into static/vendor, each as one ES module with its licence beside: npm run bundle.
// The page needs no build: what this writes is committed, and looks the same wherever it is made.

import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../../../..");
const vendor = join(here, "../static/vendor");

/** name of the module -> where it begins, its types, and the packages that are in it */
const MODULES = {
  preact: { entry: join(here, "preact.js"), types: "preact.d.ts", packages: ["preact", "htm"] },
  uplot: { entry: "uplot", types: "uplot.d.ts", packages: ["uplot"] },
  contour: { entry: "d3-contour", types: "contour.d.ts", packages: ["d3-contour", "d3-array", "internmap"] },
};

await rm(vendor, { recursive: true, force: true });
await mkdir(vendor, { recursive: true });
for (const [name, { entry, types, packages }] of Object.entries(MODULES)) {
  const versions = [];
  const licences = [];
  for (const packed of packages) {
    const folder = join(root, "node_modules", packed);
    const about = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    versions.push(`${packed} ${about.version} (${about.license})`);
    licences.push(`${packed} ${about.version}\n\n${(await readFile(join(folder, "LICENSE"), "utf8")).trim()}\n`);
  }
  await build({
    stdin: {
      contents: `export * from ${JSON.stringify(entry)};${name === "uplot" ? 'export { default } from "uplot";' : ""}`,
      resolveDir: root,
    },
    outfile: join(vendor, `${name}.js`),
    banner: { js: `/* ${versions.join(", ")}; licences in ${name}.LICENSE.txt; made by npm run bundle */` },
    bundle: true,
    format: "esm",
    legalComments: "none",
    minify: true,
    target: "es2022",
    charset: "utf8",
    logLevel: "warning",
  });
  await writeFile(join(vendor, `${name}.LICENSE.txt`), licences.join("\n"));
  await copyFile(join(here, types), join(vendor, `${name}.d.ts`));
}
await copyFile(join(root, "node_modules/uplot/dist/uPlot.min.css"), join(vendor, "uplot.css"));
