// Below each answer: thumbs, and a form for a wrong citation or for words of one's own.
const log = document.querySelector("#log");
const given = new Map();

if (log) {
  new MutationObserver(offer).observe(log, { childList: true, subtree: true });
  log.addEventListener("click", (event) => {
    const place = event.target.closest(".feedback");
    const button = event.target.closest("button");
    if (!place || !button) return;
    if (button.dataset.kind) send(place, button.dataset.kind, "", "");
    else if (button.classList.contains("send")) sendForm(place);
  });
  offer();
}

function offer() {
  for (const place of log.querySelectorAll(".feedback:empty")) place.append(...controls(place));
}

function controls(place) {
  const kind = given.get(key(place));
  const thumbs = [["helpful", "Helpful"], ["unhelpful", "Not helpful"]].map(([name, words]) => {
    const button = make("button", words, { type: "button" });
    button.dataset.kind = name;
    button.setAttribute("aria-pressed", String(kind === name));
    return button;
  });
  const more = make("details", "", { className: "more" });
  const about = make("select", "", {});
  about.append(make("option", "The whole answer", { value: "" }));
  const numbers = [...place.closest(".turn").querySelectorAll("a.cite")].map((link) =>
    link.textContent.replace(/\D/g, ""),
  );
  for (const number of new Set(numbers)) {
    about.append(make("option", `Citation [${number}] is wrong`, { value: number }));
  }
  const words = make("textarea", "", { rows: 2, maxLength: 4000 });
  more.append(
    make("summary", "Comment", {}),
    labelled("About", about),
    labelled("In your words", words),
    make("button", "Send", { type: "button", className: "send" }),
  );
  return [...thumbs, more];
}

function sendForm(place) {
  const citation = place.querySelector("select").value;
  const note = place.querySelector("textarea").value.trim();
  if (!citation && !note) {
    place.querySelector("textarea").focus();
    return;
  }
  send(place, citation ? "wrong citation" : "comment", citation, note);
  place.querySelector("textarea").value = "";
  place.querySelector("details").open = false;
  place.querySelector("summary").focus();
}

function send(place, kind, citation, note) {
  if (kind.endsWith("helpful")) {
    given.set(key(place), kind);
    for (const button of place.querySelectorAll("button[data-kind]")) {
      button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
    }
  }
  trigger("remark", { turn: place.dataset.turn, kind, citation, note });
}

function key(place) {
  return `${place.dataset.turn} ${place.closest(".turn").querySelector(".question").textContent}`;
}

function make(tag, words, fields) {
  return Object.assign(document.createElement(tag), { textContent: words }, fields);
}

function labelled(words, field) {
  const label = make("label", words, {});
  label.append(" ", field);
  return label;
}
