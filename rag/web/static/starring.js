// Stars and saving, wherever they stand on the page: menus filled with the reader's collections,
// buttons that save a search or a question, and the number of new articles on the tab.
const FIRST = "Starred";
let saved = { collections: [], stars: {}, new: null };

watch("value", take);
document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (!menu.matches?.("details.star") || !menu.open) return;
    closeOthers(menu);
    fill(menu);
    menu.querySelector(".items").scrollIntoView({ block: "nearest" });
  },
  true,
);
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  closeOthers(event.target.closest("details.star"));
  if (!button) return;
  if (button.matches(".save-search")) saveSearch(button);
  else if (button.matches(".save-question")) saveQuestion(button);
  else if (button.matches(".star .into")) {
    putInto(button.closest(".star"), button.dataset.id, button.dataset.name);
  } else if (button.matches(".star .begin")) begin(button.closest(".star"));
});
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.star[open]");
  if (!menu) return;
  if (event.key === "Escape") {
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (event.key === "Enter" && event.target.matches("input.name")) {
    event.preventDefault();
    begin(menu);
  }
});
// What was opened to be asked again stands in the box now; what is searched again has been found.
document.addEventListener("dateline:ran", () => {
  const current = document.querySelector('#views button[role="tab"][aria-selected="true"]');
  if (current?.textContent.trim() === "Ask") document.querySelector("#ask").click();
  else document.querySelector("#words input, #words textarea")?.focus();
});
// Menus come with answers, results and articles.
const desk = document.querySelector("#desk");
let waiting = 0;
new MutationObserver(() => {
  if (!waiting) waiting = requestAnimationFrame(markAll);
}).observe(desk, { childList: true, subtree: true });

function take() {
  const carried = element.querySelector("[data-saved]");
  if (!carried) return;
  const news = saved.new;
  saved = JSON.parse(carried.dataset.saved);
  saved.new ??= news;
  if (saved.said) say(saved.said);
  for (const menu of document.querySelectorAll("details.star[open]")) refill(menu);
  markAll();
}

function markAll() {
  waiting = 0;
  for (const menu of document.querySelectorAll("details.star")) {
    const isStarred = choices(menu).some(([, places]) => places.every((each) => saved.stars[each]));
    const sign = isStarred ? "★" : "☆";
    if (menu.querySelector(".sign").textContent === sign) continue;
    menu.querySelector(".sign").textContent = sign;
    menu.querySelector(".word").textContent = isStarred ? "Starred" : "Star";
  }
  const tab = [...document.querySelectorAll('#views button[role="tab"]')].find(
    (each) => each.textContent.trim() === "Saved",
  );
  const badge = saved.new ? String(saved.new) : "";
  if (!tab || (tab.dataset.badge ?? "") === badge) return;
  if (badge) tab.dataset.badge = badge;
  else delete tab.dataset.badge;
}

function choices(menu) {
  return JSON.parse(menu.dataset.stars);
}

function chosen(menu) {
  const place = menu.querySelector("select")?.selectedIndex ?? 0;
  return choices(menu)[place][1];
}

function fill(menu, selected = 0) {
  const items = menu.querySelector(".items");
  const offered = choices(menu);
  const parts = [];
  if (offered.length > 1) {
    const which = make("select", "");
    which.setAttribute("aria-label", "What to star");
    offered.forEach(([name]) => which.append(make("option", name)));
    which.selectedIndex = selected;
    which.addEventListener("change", () => refill(menu));
    parts.push(which);
  }
  parts.push(make("p", "Collections", { className: "of" }));
  const known = saved.collections.length ? saved.collections : [["", FIRST]];
  for (const [id, name] of known) {
    const all = offered[selected][1].every((place) => saved.stars[place]?.includes(id));
    const button = make("button", name, { type: "button", className: "into", dir: "auto" });
    button.dataset.id = id;
    button.dataset.name = name;
    button.setAttribute("aria-pressed", String(Boolean(id) && all));
    parts.push(button);
  }
  const input = make("input", "", { className: "name", placeholder: "New collection" });
  input.setAttribute("aria-label", "New collection");
  input.maxLength = 80;
  const row = make("span", "", { className: "new" });
  row.append(input, make("button", "Add", { type: "button", className: "begin" }));
  items.replaceChildren(...parts, row);
}

// Filled again, the menu keeps what is chosen in it, and the focus.
function refill(menu) {
  const focused = menu.contains(document.activeElement) ? document.activeElement : null;
  const { name } = focused?.dataset ?? {};
  const within = ["select", "input.name", ".begin"].find((each) => focused?.matches(each));
  fill(menu, menu.querySelector("select")?.selectedIndex ?? 0);
  if (!focused || focused.isConnected) return;
  const again = [...menu.querySelectorAll(".into")].find((each) => each.dataset.name === name);
  (again ?? (within && menu.querySelector(within)) ?? menu.querySelector("summary")).focus();
}

function begin(menu) {
  const input = menu.querySelector("input.name");
  if (input.value.trim()) putInto(menu, "", input.value.trim());
  else input.focus();
}

function putInto(menu, id, name) {
  trigger("star", { places: chosen(menu), id, name });
}

function saveSearch(button) {
  const { words, ignore } = button.dataset;
  trigger("save_search", { words, ignore: JSON.parse(ignore) });
}

function saveQuestion(button) {
  trigger("save_question", { turn: button.closest(".turn").dataset.turn });
  const menu = button.closest("details.menu");
  menu.open = false;
  menu.querySelector("summary").focus();
}

function closeOthers(menu) {
  for (const each of document.querySelectorAll("details.star[open]")) {
    if (each !== menu) each.open = false;
  }
}

function make(tag, words, fields = {}) {
  return Object.assign(document.createElement(tag), { textContent: words }, fields);
}
