// The box that takes a file and sends it to /upload. Streamlit calls the default export again at every rerun, without a
// clean-up in between: the box lives on the parent element. Names and sentences go in by textContent only.

const MB = 1e6;

function size(bytes) {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return `${(bytes / MB).toFixed(bytes < 10 * MB ? 1 : 0)} MB`;
}

class Box {
  constructor(root) {
    this.root = root;
    this.part = (name) => root.querySelector(`.${name}`);
    this.input = root.querySelector("input");
    this.part("browse").onclick = () => this.input.click();
    this.part("other").onclick = () => { this.show("idle"); this.input.click(); };
    this.part("again").onclick = () => this.take(this.file);
    this.part("cancel").onclick = () => { this.stop(); this.show("idle"); this.say(this.data.words.cancelled); this.input.focus(); };
    this.input.onchange = () => { this.take(this.input.files[0]); this.input.value = ""; };
    const zone = this.part("zone");
    let inside = 0; // a child that is entered leaves its parent
    const over = (change) => { inside = change ? Math.max(0, inside + change) : 0; zone.classList.toggle("over", inside > 0); };
    zone.ondragenter = (e) => { e.preventDefault(); over(1); };
    zone.ondragover = (e) => e.preventDefault();
    zone.ondragleave = () => over(-1);
    zone.ondrop = (e) => {
      e.preventDefault();
      over(0);
      if (!this.request && e.dataTransfer.files.length) this.take(e.dataTransfer.files[0]);
    };
  }

  update(data, done) {
    this.data = data;
    this.done = done;
    const words = data.words;
    for (const [name, text] of Object.entries({
      label: data.label, call: words.call, about: data.about, browse: words.browse, cancel: words.cancel,
      again: words.again, other: words.other, tip: data.help,
    })) this.part(name).textContent = text;
    this.part("help").hidden = !data.help;
    this.part("help").setAttribute("aria-label", data.help);
    this.input.setAttribute("aria-label", data.label);
    this.input.setAttribute("accept", data.endings.map((e) => `.${e}`).join(","));
    this.part("browse").setAttribute("aria-label", `${words.browse}: ${data.label}`);
  }

  show(state) {
    for (const name of ["idle", "busy", "failed"]) this.part(name).hidden = name !== state;
    this.part("zone").classList.toggle("wrong", state === "failed");
  }

  say(text) { this.part("aloud").textContent = text; }

  fail(error, hint, again) {
    this.request = null;
    this.part("what").textContent = error;
    this.part("hint").textContent = hint ?? "";
    this.part("again").hidden = !again;
    this.show("failed");
  }

  async take(file) {
    if (!file) return;
    this.stop();
    this.file = file;
    clearInterval(this.sent);
    this.say("");
    const { data } = this;
    const ending = file.name.split(".").pop().toLowerCase();
    if (!data.endings.includes(ending)) {
      return this.fail(data.words.ending.replace("{}", () => file.name), data.words.choose, false);
    }
    if (file.size > data.limit) {
      return this.fail(data.words.large.replace("{}", size(file.size)), data.words.folder, false);
    }
    this.part("name").textContent = file.name;
    this.progress(0);
    this.show("busy");
    // Asked first, without the bytes: a refusal that comes while the browser sends is lost on the way.
    const asked = await this.send("?ask", null);
    if (asked === null) return;
    if (asked.error) return this.fail(asked.error, asked.hint, true);
    const sent = await this.send("", file);
    if (sent === null) return;
    if (sent.error) return this.fail(sent.error, sent.hint, true);
    this.request = null;
    this.progress(1);
    this.say(data.words.done);
    this.part("figures").textContent = data.words.done;
    this.part("cancel").hidden = true;
    this.done("file", sent.file);
    // Still here a while later: another box came in at the same moment and the page did not hear of this file.
    this.sent = setInterval(() => this.root.isConnected ? this.done("file", sent.file) : clearInterval(this.sent), 2000);
  }

  progress(part) {
    const percent = Math.floor(100 * part);
    this.part("cancel").hidden = false;
    this.part("bar").style.width = `${percent}%`;
    this.part("track").setAttribute("aria-valuenow", percent);
    this.part("track").setAttribute("aria-label", `${this.data.words.sending} ${this.file.name}`);
    this.part("figures").textContent = `${percent}% · ${size(this.file.size)}`;
  }

  // The server's answer; null when the person stopped it.
  send(query, body) {
    return new Promise((resolve) => {
      const request = (this.request = new XMLHttpRequest());
      const broken = { error: this.data.words.broken, hint: this.data.words.retry };
      request.open("POST", this.data.url + query);
      request.setRequestHeader("X-Upload-Token", this.data.token);
      request.setRequestHeader("X-File-Name", encodeURIComponent(this.file.name.toWellFormed?.() ?? this.file.name));
      request.setRequestHeader("X-File-Size", this.file.size);
      request.upload.onprogress = (e) => { if (body && this.request === request) this.progress(e.loaded / Math.max(e.total, 1)); };
      request.onabort = () => resolve(null);
      request.onerror = () => resolve(this.request === request ? broken : null);
      request.onload = () => {
        let answer = broken;
        try { answer = JSON.parse(request.responseText); } catch { /* no answer of this app */ }
        resolve(request.status === 200 || answer.error ? answer : broken);
      };
      request.send(body);
    });
  }

  stop() {
    const request = this.request;
    this.request = null;
    request?.abort();
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".box");
  root.box ??= new Box(root);
  root.box.update(data, setTriggerValue);
  return () => { clearInterval(root.box.sent); root.box.stop(); };
}
