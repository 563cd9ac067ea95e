// A call that fails says so in plain words, here and in Gradio's notice, and loses no typed text.
const CALL = /\/gradio_api\/(?:queue\/(?:join|data)|run\/predict|upload)$/;
const CANCEL = /\/gradio_api\/cancel$/;
const UPLOAD = /\/gradio_api\/upload(?:_progress)?$/;
const FAILED = "dateline:failed";
const AGAIN = "dateline:again";
const ASKED_AGAIN = "dateline:asked-again";
const ELSEWHERE = "Another server goes on with this page…";
const UNANSWERED = [502, 503, 504];
const TAKEN_OVER = 409;
const STILL_HERE = " What you typed is still here.";
const UNREACHED = "The server could not be reached, and nothing was sent.";
const BROKEN = "The connection broke before the answer was finished. Please ask again.";
const REPLACED =
  "Something between you and the server answered in its place, perhaps a login that has run out. " +
  "Load this page again.";
const REASONS = {
  413: "This is more than the server before Dateline lets through. Send less at a time.",
  502: "The server before Dateline gets no answer from it. Try again in a moment.",
  503: "The server before Dateline gets no answer from it. Try again in a moment.",
  504: "The server before Dateline did not wait for the answer. Try again in a moment.",
};
const failed = element.querySelector(".failed");
const questionField = () => document.querySelector("#question textarea");
const fetchPlainly = window.fetch.bind(window);
let asked = "";
let asking = "";
let session = "";
let replicas = false;
let leaving = false;
window.addEventListener("beforeunload", () => (leaving = true));

window.fetch = async (input, options) => {
  const address = new URL(input.url ?? input, document.baseURI);
  if (CANCEL.test(address.pathname)) {
    // The server answers once the step that it works on has ended; until then Gradio would take
    // nothing that is asked next.
    fetchPlainly(input, options).catch(() => {});
    return Response.json({ success: true });
  }
  if (session && UPLOAD.test(address.pathname)) {
    // One of several servers has this session, and so gets its files.
    address.searchParams.set("session_hash", session);
    input = address.href;
  }
  if (!CALL.test(address.pathname)) return fetchPlainly(input, options);
  const kind = address.pathname.split("/").at(-1);
  const sent = typeof options?.body === "string" ? options.body : "";
  session = /"session_hash":"([^"]+)"/.exec(sent)?.[1] ?? session;
  if (kind === "join") asked = questionField()?.value || asked;
  const question = asked && sent.includes(JSON.stringify(asked)) ? asked : "";
  asking = question || asking;
  if (kind === "join" && question) await conversationShown(80);
  try {
    const reply = await fetchPlainly(input, options);
    const unanswered = replicas && kind !== "data" && UNANSWERED.includes(reply.status);
    if (unanswered || reply.status === TAKEN_OVER) {
      comeBack(question);
    }
    const why = await reasonOf(reply, kind);
    if (!why) return kind === "data" ? watched(reply, input.signal ?? options?.signal) : reply;
    return fail(why, reply.status);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    if (replicas && kind === "join") comeBack(question);
    return fail(misplaced() || (kind === "data" ? BROKEN : UNREACHED), 500);
  }
};
// Gradio loads the page again where a stream failed; what was said and typed outlasts that.
sayFailed(misplaced() || recall(FAILED));
forget(FAILED);

// Settled once the conversation that the address names is there, or cannot be opened, and at the
// latest after so many looks: asked before, a question would begin another conversation.
async function conversationShown(tries) {
  const shown = "#log .turn, #notice [role=alert]:not(:empty)";
  const linked = () => new URL(location.href).searchParams.has("c");
  while (linked() && !document.querySelector(shown) && tries--) {
    await new Promise((settle) => setTimeout(settle, 250));
  }
}

// Why a call failed; "" where it did not, and then what it said before is over.
async function reasonOf(reply, kind) {
  const type = reply.headers.get("content-type") ?? "";
  if (reply.ok && !type.startsWith("text/html")) {
    if (kind === "join" || kind === "upload") {
      sayFailed("");
      forget(FAILED);
      forget(DRAFT);
    }
    return "";
  }
  if (reply.status === 401) return LOGGED_OUT;
  if (type.startsWith("application/json")) {
    const given = await reply.clone().json().catch(() => ({}));
    const words = given?.detail ?? given?.error;
    if (typeof words === "string" && words) return words;
  }
  if (reply.ok) return REPLACED;
  return misplaced() || REASONS[reply.status] || `The server answered with status ${reply.status}.`;
}

// What is wrong with the proxy's settings, as far as the page can see it.
function misplaced() {
  const root = new URL(window.gradio_config?.root || "/", location.href);
  const base = new URL(".", document.baseURI).pathname;
  if (root.pathname.replace(/\/$/, "") !== base.replace(/\/$/, "")) {
    const path = base.replace(/\/$/, "");
    return (
      `This page is served under ${base}, and Dateline does not know that, so it cannot answer. ` +
      `Whoever runs it can set DATELINE_ROOT_PATH=${path || "/"} and start it again.`
    );
  }
  if (root.hostname === location.hostname) return "";
  return (
    `Dateline takes itself to be at ${root.host}, not at ${location.host}, so it cannot answer. ` +
    "Whoever runs it has to let the proxy pass on the Host header."
  );
}

function askedNow() {
  const busy = document.querySelector('#log .turn:has(.reply[aria-busy="true"]) .question');
  return busy ? busy.lastChild.textContent : "";
}

// The server that had this page has gone: loads the page from another one, with its conversation
// by its address, and asks the question there, once; also one that was sent a moment ago. False
// where that has been tried.
function comeBack(question) {
  question ||= asking;
  if (question && recall(ASKED_AGAIN) === question) return false;
  leaving = true;
  remember(DRAFT, question || questionField()?.value || "");
  if (question) remember(AGAIN, question);
  sayFailed(ELSEWHERE);
  loadWhenThere(40);
  return true;
}

async function loadWhenThere(tries) {
  const reply = await fetchPlainly("gradio_api/app_id", { cache: "no-store" }).catch(() => null);
  if (reply?.ok || !tries) location.reload();
  else setTimeout(loadWhenThere, 500, tries - 1);
}

// The conversation may be there later than this script.
function askAgain(tries) {
  const question = recall(AGAIN);
  if (!question) return;
  const field = questionField();
  const button = document.querySelector("#ask");
  const linked = new URL(location.href).searchParams.has("c");
  const last = [...document.querySelectorAll("#log .turn .question")].at(-1);
  const ready = session && button && field?.value === question && (last || !linked);
  if (!ready && tries) return void setTimeout(askAgain, 250, tries - 1);
  forget(AGAIN);
  if (!ready) return;
  remember(ASKED_AGAIN, question);
  if (last?.lastChild.textContent === question) {
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  } else {
    setTimeout(() => button.click(), 250);
  }
}
setTimeout(askAgain, 500, 80);

// Gradio shows the reason that a reply gives, if it is JSON.
function fail(why, status) {
  asking = "";
  const words = sayAndGiveBack(why);
  const shown = { detail: words, error: words };
  // 200 would be no failure, and with 503 Gradio gives a reason of its own.
  const code = status >= 400 && status !== 503 ? status : 500;
  return new Response(JSON.stringify(shown), {
    status: code,
    headers: { "content-type": "application/json" },
  });
}

function sayFailed(words) {
  if (failed.textContent !== words) failed.textContent = words;
}

// Puts the question back into its field, too, once the page has emptied it.
function sayAndGiveBack(why) {
  const typed = questionField()?.value || asked;
  const words = why + (typed ? STILL_HERE : "");
  sayFailed(words);
  remember(FAILED, words);
  if (!typed) return words;
  remember(DRAFT, typed);
  setTimeout(() => {
    const field = questionField();
    if (!field || field.value) return;
    field.value = typed;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }, 500);
  return words;
}

// A browser may keep nothing for a page; then nothing outlasts it.
function remember(name, words) {
  try {
    sessionStorage.setItem(name, words);
  } catch {
    return;
  }
}

function recall(name) {
  try {
    return sessionStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

function forget(name) {
  try {
    sessionStorage.removeItem(name);
  } catch {
    return;
  }
}

// The same stream; one that ends before the server has closed it has been cut off.
function watched(reply, signal) {
  const reader = reply.body.getReader();
  const decoder = new TextDecoder();
  let tail = "";
  const body = new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (value) {
          tail = (tail + decoder.decode(value, { stream: true })).slice(-400);
          controller.enqueue(value);
          return;
        }
        if (!done || /close_stream|process_completed/.test(tail)) {
          forget(ASKED_AGAIN);
          asking = "";
          return controller.close();
        }
        // Gradio would wait for ever for the rest of a stream that just ends.
        throw new TypeError("the stream was cut off");
      } catch (error) {
        cutOff(signal);
        controller.error(error);
      }
    },
    cancel: (why) => {
      asking = "";
      return reader.cancel(why);
    },
  });
  return new Response(body, { status: reply.status, headers: reply.headers });
}

function cutOff(signal) {
  if (signal?.aborted || leaving) return;
  if (replicas && comeBack(askedNow())) return;
  sayAndGiveBack(BROKEN);
  const stop = document.querySelector("#stop");
  if (stop?.checkVisibility()) stop.click();
}
