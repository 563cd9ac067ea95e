// Finds words in the open article and marks them without touching it; a switch shows the article
// as it is stored: with its markup, and what is folded away.
const FOUND = "found-words";
const FOUND_NOW = "found-now";
const BLOCK = "p, pre, h3, h4, h5, h6, th, td";
let matches = [];
let current = -1;
let unfolded = null;

element.addEventListener("input", (event) => {
  if (event.target.matches("input.find")) find(event.target);
});

element.addEventListener("keydown", (event) => {
  if (!event.target.matches("input.find")) return;
  if (event.key === "Enter") {
    event.preventDefault();
    step(event.shiftKey ? -1 : 1);
  } else if (event.key === "Escape" && event.target.value) {
    event.stopImmediatePropagation();
    event.target.value = "";
    find(event.target);
  }
}, true);

element.addEventListener("click", (event) => {
  const button = event.target.closest("button.stored");
  if (!button) return;
  const stored = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(stored));
  element.querySelector("article").classList.toggle("as-stored", stored);
  const input = element.querySelector("input.find");
  if (input.value) find(input);
});

watch("value", () => mark([], -1));

function find(input) {
  const words = input.value.trim();
  mark([], -1);
  const ranges = words ? rangesOf(words) : [];
  mark(ranges, ranges.length ? 0 : -1);
  if (words && !ranges.length) input.parentElement.querySelector(".count").textContent = "none";
  if (ranges.length) bringIntoView();
}

function step(by) {
  if (!matches.length) return;
  mark(matches, (current + by + matches.length) % matches.length);
  bringIntoView();
}

function mark(ranges, place) {
  unfolded?.classList.add("folded");
  unfolded = null;
  matches = ranges;
  current = place;
  const count = element.querySelector(".finding .count");
  if (count) count.textContent = ranges.length ? `${place + 1} of ${ranges.length}` : "";
  if (!CSS.highlights) return;
  CSS.highlights.set(FOUND, new Highlight(...ranges));
  CSS.highlights.set(FOUND_NOW, new Highlight(...ranges.slice(place, place + 1)));
}

function bringIntoView() {
  const range = matches[current];
  const block = range.startContainer.parentElement.closest(BLOCK);
  if (block?.classList.contains("folded")) {
    block.classList.remove("folded");
    unfolded = block;
  }
  const box = range.getBoundingClientRect();
  const scroller = element.closest("#article");
  const scrolls = scroller.scrollHeight > scroller.clientHeight + 1;
  if (scrolls) {
    const seen = scroller.getBoundingClientRect();
    scroller.scrollTop += box.top - seen.top - scroller.clientHeight / 3;
  } else window.scrollBy(0, box.top - window.innerHeight / 3);
}

// What is folded away is looked through where nothing else has the words.
function rangesOf(words) {
  const seen = rangesIn(words, `.body :is(${BLOCK}):not(.folded)`);
  return seen.length ? seen : rangesIn(words, `.body :is(${BLOCK}).folded`);
}

// The words as they are read: over the edges of emphasis and links, never over those of blocks.
function rangesIn(words, blocks) {
  const pattern = words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+");
  const search = new RegExp(pattern, "giu");
  const stored = element.querySelector("article.as-stored");
  const found = [];
  for (const block of element.querySelectorAll(blocks)) {
    const pieces = textOf(block, stored);
    const whole = pieces.map((each) => each.node.data).join("");
    for (const match of whole.matchAll(search)) {
      const range = document.createRange();
      range.setStart(...placeIn(pieces, match.index, false));
      range.setEnd(...placeIn(pieces, match.index + match[0].length, true));
      found.push(range);
    }
  }
  return found;
}

function textOf(block, stored) {
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  const hidden = stored ? ".instead" : ".syntax";
  const pieces = [];
  let at = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.closest(hidden)) continue;
    pieces.push({ node, at });
    at += node.data.length;
  }
  return pieces;
}

function placeIn(pieces, at, isEnd) {
  const piece = pieces.findLast((each) => (isEnd ? each.at < at : each.at <= at));
  return [piece.node, at - piece.at];
}
