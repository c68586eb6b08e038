// One language of colours and marks for all views, that of koubai's pictures: class 0 and what is below zero are blue, circles,
// dashes; class 1 and what is above zero are orange, squares, solid lines. The ten colours are told apart by colour-blind eyes
// (pictures/palette.py).

/** @typedef {"light" | "dark"} Theme */
/**
 * @typedef {Object} Look
 * @property {string} ink
 * @property {string} quiet  of what is less important; of 4.5 : 1 on ``paper``
 * @property {string} faint  of lines of axes
 * @property {string} paper
 * @property {string} undecided  where no class leads
 * @property {string[]} colours  of classes: marks, lines
 * @property {string[]} edges  around the marks
 * @property {string[]} fields  of classes: areas
 * @property {[string, string]} signs  below zero, above zero
 */

export const CLASSES = 10;

const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#332288", "#ffa90e", "#66ccee", "#882255", "#ddcc77", "#f7b6c2", "#7a0000"];
const BRIGHT = ["#5ab4f0", "#ff9248", "#2ec79a", "#a99bf0", "#ffc247", "#a5e8fb", "#e283b8", "#efe08a", "#fbd0d8", "#ec7a6c"];
const FIELDS = ["#5aa9d6", "#f0a06b", "#6cc4a8", "#8f86bd", "#fccf7e", "#a8e1f4", "#bd84a2", "#e6dca4", "#f9d3da", "#b86f6f"];
const DEEP = ["#1d5a83", "#8f4a1e", "#1f6e58", "#504a86", "#86641c", "#3f7f92", "#74405d", "#7b7344", "#8d6870", "#723636"];
const INK_EDGED = [4, 5, 7, 8]; // too light for a white edge

/** @type {Record<Theme, Look>} */
const LOOKS = {
  light: {
    ink: "#1f2328",
    quiet: "#57606a",
    faint: "#d0d7de",
    paper: "#ffffff",
    undecided: "#f7f7f5",
    colours: COLOURS,
    edges: COLOURS.map((_, number) => (INK_EDGED.includes(number) ? "#1f2328" : "#ffffff")),
    fields: FIELDS,
    signs: ["#0072b2", "#d55e00"],
  },
  dark: {
    ink: "#e8ebee",
    quiet: "#a3adb8",
    faint: "#3a424c",
    paper: "#14181d",
    undecided: "#20262d",
    colours: BRIGHT,
    edges: BRIGHT.map(() => "#0d1014"),
    fields: DEEP,
    signs: ["#5ab4f0", "#ff9248"],
  },
};

/** @param {Theme} theme */
export function lookOf(theme) {
  return LOOKS[theme];
}

/**
 * @param {string} colour
 * @returns {[number, number, number]}
 */
function parts(colour) {
  const number = Number.parseInt(colour.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

/**
 * The colour that lies ``share`` of the way from one to the other, as a canvas's pixel.
 *
 * @param {string} from
 * @param {string} to
 * @param {number} share
 */
function mixed(from, to, share) {
  const [one, other] = [parts(from), parts(to)];
  const [red, green, blue] = [0, 1, 2].map((at) => Math.round((one[at] ?? 0) + share * ((other[at] ?? 0) - (one[at] ?? 0))));
  return ((255 << 24) | ((blue ?? 0) << 16) | ((green ?? 0) << 8) | (red ?? 0)) >>> 0;
}

/**
 * @param {Look} look
 * @param {number} lead  -1: all of class 0, or below; 1: of class 1, or above
 */
function between(look, lead) {
  return mixed(look.undecided, look.fields[lead < 0 ? 0 : 1] ?? look.undecided, Math.min(1, Math.abs(lead)));
}

/**
 * The probability of class 1 for each value of a field of two classes.
 *
 * @param {number} value
 */
export function shareOf(value) {
  const ahead = (2 * value) / 255 - 1;
  return (1 + ahead * Math.abs(ahead)) / 2;
}

/**
 * The pixel for each value of a field of two classes, or of values.
 *
 * @param {Theme} theme
 * @param {boolean} classes
 * @param {number} [shades]  few of them: no shade between; 0: all
 */
export function fieldShades(theme, classes, shades = 0) {
  const table = new Uint32Array(256);
  for (let value = 0; value < 256; value++) {
    const share = classes ? shareOf(value) : value / 255;
    const seen = shades ? Math.min(shades - 1, Math.floor(share * shades)) / (shades - 1) : share;
    table[value] = between(LOOKS[theme], 2 * seen - 1);
  }
  return table;
}

/**
 * The pixel for each class and its probability (0 to 255), paler down to nothing as it falls to 1 / classes: 256 for each.
 *
 * @param {Theme} theme
 * @param {number} classes
 * @param {boolean} discrete  no shades
 */
export function classShades(theme, classes, discrete) {
  const look = LOOKS[theme];
  const table = new Uint32Array(256 * classes);
  for (let number = 0; number < classes; number++) {
    for (let value = 0; value < 256; value++) {
      const share = discrete ? 1 : Math.max(0, (value / 255 - 1 / classes) / (1 - 1 / classes));
      table[256 * number + value] = mixed(look.undecided, look.fields[number % CLASSES] ?? look.undecided, share);
    }
  }
  return table;
}

/**
 * The pixel for each value of -127 to 127, found by its lowest 8 bits.
 *
 * @param {Theme} theme
 */
export function signShades(theme) {
  const table = new Uint32Array(256);
  for (let value = -128; value < 128; value++) table[value & 255] = between(LOOKS[theme], value / 127);
  return table;
}

/**
 * The colour of a share of 0 to 1 of a confusion matrix.
 *
 * @param {Theme} theme
 * @param {number} share
 * @param {boolean} right  whether it is on the diagonal
 */
export function shareColour(theme, share, right) {
  const look = LOOKS[theme];
  const pixel = mixed(look.paper, look.fields[right ? 0 : 1] ?? look.paper, Math.sqrt(share));
  return `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;
}

/** circle, square, triangle, diamond, triangle down, plus, cross, triangle left, pentagon, star: corners around 0 */
const CORNERS = [
  [],
  polygon([0.88, 0.88], [-0.88, 0.88], [-0.88, -0.88], [0.88, -0.88]),
  regular(3, 1.28, -90),
  regular(4, 1.22, -90),
  regular(3, 1.28, 90),
  plus(0),
  plus(45),
  regular(3, 1.28, 180),
  regular(5, 1.12, -90),
  star(),
];

/** @param {...[number, number]} corners */
function polygon(...corners) {
  return corners;
}

/**
 * @param {number} count
 * @param {number} radius
 * @param {number} turn  degrees of the first corner
 * @returns {[number, number][]}
 */
function regular(count, radius, turn) {
  return Array.from({ length: count }, (_, at) => {
    const angle = ((turn + (360 * at) / count) * Math.PI) / 180;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

/**
 * @param {number} turn
 * @returns {[number, number][]}
 */
function plus(turn) {
  const [arm, half] = [1.15, 0.4];
  const quarter = [
    [half, -arm],
    [half, -half],
    [arm, -half],
  ];
  const angle = (turn * Math.PI) / 180;
  return [0, 1, 2, 3].flatMap((at) =>
    quarter.map(([x = 0, y = 0]) => {
      const way = angle + (at * Math.PI) / 2;
      return /** @type {[number, number]} */ ([x * Math.cos(way) - y * Math.sin(way), x * Math.sin(way) + y * Math.cos(way)]);
    }),
  );
}

/** @returns {[number, number][]} */
function star() {
  const [outer, inner] = [regular(5, 1.35, -90), regular(5, 0.62, -54)];
  return outer.flatMap((corner, at) => [corner, inner[at] ?? corner]);
}

/**
 * The mark of a class as a path around 0, for canvas and SVG alike.
 *
 * @param {number} number
 * @param {number} radius
 */
export function markPath(number, radius) {
  const corners = CORNERS[number % CLASSES] ?? [];
  if (!corners.length)
    return `M${-radius} 0a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0Z`;
  return `M${corners.map(([x, y]) => `${(radius * x).toFixed(2)} ${(radius * y).toFixed(2)}`).join("L")}Z`;
}
