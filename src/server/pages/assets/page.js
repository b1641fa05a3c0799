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
  #changes;
  #build;

  start() {
    if (document.getElementById("steps") !== null) this.#build = new BuildPage(this);
    document.addEventListener("submit", (event) => this.#submit(event));
    // A browser has few connections to a server. A page that is not seen leaves its own to others.
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#changes?.close();
      else this.listen();
    });
    this.listen();
  }

  /** Listens to the server, from what the page shows on. */
  listen() {
    this.#changes?.close();
    const address = this.#build?.address ?? document.body.dataset.changes;
    // Some pages do not change, such as the one that asks for a key.
    if (address === "") return;
    const changes = new EventSource(address);
    this.#changes = changes;
    changes.addEventListener("open", () => this.#back());
    changes.addEventListener("error", () => {
      this.lose();
      // A browser gives up after an answer that is no stream, as of a proxy before a server that is starting.
      if (changes.readyState === EventSource.CLOSED) setTimeout(() => this.#listenAgain(changes), 2000);
    });
    if (this.#build !== undefined) return this.#build.follow(changes);
    for (const name of ["change", "beat"]) changes.addEventListener(name, () => this.refresh());
  }

  #listenAgain(closed) {
    if (closed === this.#changes && !document.hidden) this.listen();
  }

  /** Says something above the page; an empty text takes it away. */
  #say(text) {
    document.getElementById("alert").textContent = text;
  }

  /** Says that the server does not answer, and since when the page may be out of date. */
  lose() {
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
  async refresh() {
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
        this.lose();
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
      // The change led to another page, as to the build that it queued.
      const isElsewhere = new URL(answer.url).pathname !== location.pathname;
      if (answer.redirected && (isElsewhere || "whole" in form.dataset)) {
        location.assign(answer.url);
        return;
      }
      for (const field of form.querySelectorAll("input")) field.value = "";
      if (this.#build === undefined) await this.refresh();
    } catch {
      this.lose();
    }
  }
}

/** Keeps the page of a build: rows of steps, their bars, and the output that is open. Its HTML comes from the server. */
class BuildPage {
  #live;
  #steps = document.getElementById("steps");
  #place = 0;
  /** The part of the address that names the open output. */
  #shown = location.search;
  /** Milliseconds between the clock of this browser and that of the server. */
  #ahead = Date.now() - Number(this.#steps.dataset.now);

  constructor(live) {
    this.#live = live;
    document.addEventListener("click", (event) => this.#click(event));
    addEventListener("popstate", () => {
      // The browser itself goes to a place in the page.
      if (location.search !== this.#shown) this.#openFromAddress();
    });
    setInterval(() => this.#grow(), 500);
    this.#findLine();
  }

  /** The address of the stream: after what the page shows, with the lines of the open output. */
  get address() {
    const address = new URL(this.#steps.dataset.changes, location);
    const log = document.getElementById("log");
    if (this.#place > 0) address.searchParams.set("after", this.#place);
    if (log !== null) {
      address.searchParams.set("step", log.dataset.step);
      // The output may be older than the rows, or newer: rows and lines may come twice.
      const after = Math.min(Number(address.searchParams.get("after")), Number(log.dataset.place));
      address.searchParams.set("after", after);
    }
    return address;
  }

  follow(changes) {
    const on = (name, act) =>
      changes.addEventListener(name, (event) => {
        this.#place = Math.max(this.#place, Number(event.lastEventId));
        act(JSON.parse(event.data));
      });
    on("rows", (sent) => this.#rows(sent));
    on("lines", (sent) => this.#lines(sent));
    on("head", (sent) => this.#head(sent));
    changes.addEventListener("stale", () => {
      changes.close();
      this.#startAgain();
    });
  }

  /** Shows another attempt of the build, which has steps of its own. */
  async #startAgain() {
    try {
      const answer = await fetch(location.href);
      if (!answer.ok) return location.reload();
      const next = parse(await answer.text());
      for (const part of ["head", "notes"]) {
        replacePart(document.getElementById(part), next.getElementById(part));
      }
      const steps = next.getElementById("steps");
      this.#steps.replaceWith(steps);
      this.#steps = steps;
      this.#place = 0;
      this.#ahead = Date.now() - Number(steps.dataset.now);
      this.#scale(Number(steps.dataset.total));
      this.#live.listen();
    } catch {
      this.#live.lose();
      setTimeout(() => this.#startAgain(), 2000);
    }
  }

  #rows({ base, now, rows }) {
    this.#ahead = Date.now() - now;
    // Steps of the build came first: until then its bars have no start.
    this.#steps.dataset.base = base;
    for (const row of rows) this.#row(row);
    this.#grow();
  }

  #row({ id, parent, html }) {
    const fresh = parse(html).body.firstElementChild;
    const known = document.getElementById(`row-${id}`);
    if (known === null) {
      const item = document.createElement("li");
      item.id = `step-${id}`;
      item.append(fresh);
      this.#listOf(parent).append(item);
    } else {
      const focused = known.contains(document.activeElement);
      known.replaceWith(fresh);
      if (focused) fresh.querySelector("a")?.focus();
    }
    fresh.querySelector("svg").setAttribute("viewBox", `0 0 ${this.#steps.dataset.total} 10`);
  }

  /** Returns the list of the steps in a step. */
  #listOf(parent) {
    const item = document.getElementById(`step-${parent}`) ?? this.#steps;
    const known = item.querySelector(":scope > ol");
    if (known !== null) return known;
    const list = document.createElement("ol");
    item.append(list);
    return list;
  }

  /** Lets the bars of running steps grow, and makes room for them. */
  #grow() {
    const { dataset } = this.#steps;
    if (dataset.open === undefined) return;
    const elapsed = Date.now() - this.#ahead - Number(dataset.base);
    if (elapsed > Number(dataset.total)) this.#scale(elapsed * 1.5);
    const took = document.getElementById("took");
    if (took !== null) took.textContent = lengthWords(Date.now() - this.#ahead - Number(took.dataset.since));
    for (const bar of this.#steps.querySelectorAll("rect[data-open]")) {
      const width = Math.max(0, elapsed - Number(bar.getAttribute("x")));
      bar.setAttribute("width", width);
      const length = bar.closest(".step").querySelector(".length");
      length.textContent = lengthWords(width);
    }
  }

  #scale(total) {
    this.#steps.dataset.total = total;
    document.getElementById("axis-end").textContent = lengthWords(total);
    for (const bar of this.#steps.querySelectorAll("svg")) bar.setAttribute("viewBox", `0 0 ${total} 10`);
  }

  #head({ html, notes, ended, total }) {
    replacePart(document.getElementById("head"), parse(html).body);
    replacePart(document.getElementById("notes"), parse(notes).body);
    if (!ended || this.#steps.dataset.open === undefined) return;
    delete this.#steps.dataset.open;
    this.#scale(total);
  }

  #lines({ step, html, next, words }) {
    const log = document.getElementById("log");
    if (log?.dataset.step !== step) return;
    const known = Number(log.dataset.next);
    const total = Number(log.dataset.total);
    log.dataset.total = Math.max(total, next - 1);
    document.getElementById("log-lines").textContent = words;
    // The part that is open ends before the newest lines: links lead there.
    if (known <= total) return;
    const area = log.querySelector(".lines");
    const atEnd = area.scrollHeight - area.scrollTop - area.clientHeight < 40;
    const fresh = [...parse(html).body.children].filter(({ id }) => Number(id.slice(1)) >= known);
    if (fresh.length === 0) return;
    // More lines came at once than are sent. The newest ones are shown.
    if (Number(fresh[0].id.slice(1)) > known) area.replaceChildren();
    const chunk = document.createElement("div");
    chunk.className = "chunk";
    chunk.append(...fresh);
    area.append(chunk);
    log.dataset.next = next;
    while (area.childElementCount > 1 && area.querySelectorAll("p").length > 3000) {
      area.firstElementChild.remove();
    }
    if (atEnd) area.scrollTop = area.scrollHeight;
  }

  /** Opens output in the page instead of loading the whole page again. */
  #click(event) {
    const link = event.target.closest("a");
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    if (link.id === "log-close") {
      event.preventDefault();
      const row = document.getElementById("log").parentElement.querySelector("a");
      document.getElementById("log").remove();
      history.pushState(null, "", location.pathname);
      this.#shown = location.search;
      row.focus();
      this.#live.listen();
    } else if (link.dataset.step !== undefined) {
      event.preventDefault();
      history.pushState(null, "", link.href);
      this.#openFromAddress();
    }
  }

  async #openFromAddress() {
    const asked = new URLSearchParams(location.search);
    const step = asked.get("step");
    const open = document.getElementById("log");
    this.#shown = location.search;
    if (step === null) return open?.remove();
    try {
      const answer = await fetch(`${location.pathname}/output?${asked}`);
      if (!answer.ok) return location.reload();
      const section = parse(await answer.text()).getElementById("log");
      document.getElementById("log")?.remove();
      document.getElementById(`row-${step}`)?.after(section);
      this.#live.listen();
      const area = section.querySelector(".lines");
      if (this.#showLine()) return;
      if (!asked.has("from")) area.scrollTop = area.scrollHeight;
      area.focus();
    } catch {
      this.#live.lose();
    }
  }

  /** Shows the line that the address names. A line is a target only after the browser has gone to it by itself. */
  #showLine() {
    if (!/^#L\d+$/.test(location.hash) || document.getElementById(location.hash.slice(1)) === null) {
      return false;
    }
    location.replace(location.hash);
    return true;
  }

  /** Opens the part of the output with the line that the address names, if the page has another part. */
  #findLine() {
    const line = /^#L(\d+)$/.exec(location.hash)?.[1];
    const log = document.getElementById("log");
    if (line === undefined || log === null || document.getElementById(`L${line}`) !== null) return;
    if (Number(line) > Number(log.dataset.total)) return;
    location.replace(`${location.pathname}?step=${log.dataset.step}&line=${line}`);
  }
}

/** Formats a duration as the server does. */
function lengthWords(ms) {
  const seconds = Math.floor(ms / 1000);
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}

new LivePage().start();
