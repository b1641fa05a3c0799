/**
 * Keeps a page as the server has it. The page works without this: forms are forms, and links are links.
 *
 * Parts with `data-live` are replaced when the server says that something changed. What a person types, the focus and
 * opened details stay.
 */

/** Loads the style sheet of another version of the page if it has colours that this one does not. */
function useSheet(next) {
  const [mine, other] = [document, next].map((each) => each.getElementById("sheet"));
  if (other === null || mine.getAttribute("href") === other.getAttribute("href")) return;
  const fresh = mine.cloneNode();
  fresh.href = other.getAttribute("href");
  fresh.addEventListener("load", () => mine.remove(), { once: true });
  mine.removeAttribute("id");
  mine.after(fresh);
}

/** Puts a new version of a part in its place. */
function replacePart(part, fresh) {
  if (fresh === null || fresh.innerHTML === part.innerHTML) return;
  const active = part.contains(document.activeElement) ? document.activeElement : undefined;
  // A choice that a person is about to make stays; the next change updates the part.
  if (active?.matches("select, input")) return;
  const focused = active?.id ?? "";
  const open = [...part.querySelectorAll("details")].map((each) => each.open);
  fresh.querySelectorAll("details").forEach((each, at) => each.open = open[at] === true);
  part.replaceChildren(...fresh.childNodes);
  // If the control with the focus is gone, its reader goes on at the main part of the page.
  if (focused !== "") (document.getElementById(focused) ?? document.getElementById("main")).focus();
}

function parse(text) {
  return new DOMParser().parseFromString(text, "text/html");
}

class LivePage {
  #gone = false;
  #reading = false;
  #again = false;

  start() {
    const changes = new EventSource("/-/changes");
    changes.addEventListener("open", () => this.#back());
    changes.addEventListener("error", () => this.#lose());
    for (const name of ["change", "beat"]) changes.addEventListener(name, () => this.#refresh());
    document.addEventListener("submit", (event) => this.#submit(event));
  }

  /** Says something above the page; an empty text takes it away. */
  #say(text) {
    document.getElementById("alert").textContent = text;
  }

  /** Says that the server does not answer, and since when the page may be out of date. */
  #lose() {
    if (this.#gone) return;
    this.#gone = true;
    document.body.classList.add("gone");
    const time = new Date().toLocaleTimeString();
    this.#say(`The server does not answer. This page shows what was known at ${time}.`);
  }

  #back() {
    if (!this.#gone) return;
    this.#gone = false;
    document.body.classList.remove("gone");
    this.#say("");
  }

  /** Reads this page anew. Changes that come meanwhile are read once more, together. */
  async #refresh() {
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    while (this.#again) {
      this.#again = false;
      try {
        const answer = await fetch(location.href);
        const next = parse(await answer.text());
        if (!answer.ok) continue;
        useSheet(next);
        for (const part of document.querySelectorAll("[data-live]")) {
          replacePart(part, next.getElementById(part.id));
        }
      } catch {
        this.#lose();
      }
    }
    this.#reading = false;
  }

  async #submit(event) {
    const form = event.target;
    if (form.method !== "post") return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter));
    try {
      const answer = await fetch(form.action, { method: "POST", body });
      const problem = parse(await answer.text()).getElementById("problem")?.textContent;
      this.#say(answer.ok ? "" : problem ?? `Not done: the server answered ${answer.status}.`);
      if (!answer.ok) return;
      for (const field of form.querySelectorAll("input")) field.value = "";
      await this.#refresh();
    } catch {
      this.#lose();
    }
  }
}

new LivePage().start();
