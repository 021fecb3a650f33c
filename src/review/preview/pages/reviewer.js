// Filters the overview, fills a comment's words from what is marked, and tells or shows that the letters changed. Pages read, comment and
// approve without it.
"use strict";

(function filter() {
  const form = document.getElementById("filter");
  if (!form) return;
  const rows = Array.from(document.querySelectorAll("tr[data-role]"));
  const choices = { role: new Set(), language: new Set(), state: new Set() };
  for (const row of rows) {
    choices.role.add(row.dataset.role);
    choices.language.add(row.dataset.language);
    row.dataset.states.split(" ").filter(Boolean).forEach((state) => choices.state.add(state));
  }
  for (const [name, values] of Object.entries(choices)) {
    for (const value of Array.from(values).sort()) form.elements[name].add(new Option(value, value));
  }
  const show = () => {
    const wanted = (name, has) => form.elements[name].value === "" || has(form.elements[name].value);
    let shown = 0;
    for (const row of rows) {
      const fits = wanted("role", (value) => row.dataset.role === value) &&
        wanted("language", (value) => row.dataset.language === value) &&
        wanted("state", (value) => row.dataset.states.split(" ").includes(value));
      row.hidden = !fits;
      if (fits) shown += 1;
    }
    const all = shown === rows.length;
    document.getElementById("filtered").textContent = all ? "" : shown + " of " + rows.length + " wordings";
  };
  form.hidden = false;
  form.addEventListener("change", show);
  show();
})();

(function quote() {
  for (const details of document.querySelectorAll(".letter details.say")) {
    details.addEventListener("toggle", () => {
      const words = details.querySelector("input[name=words]");
      const marked = String(document.getSelection()).trim().replace(/\s+/g, " ");
      const paragraph = details.querySelector("input[name=paragraph]").value;
      const text = Array.from(document.querySelectorAll(".passage")).filter((passage) => passage.dataset.paragraph === paragraph)
        .map((passage) => passage.textContent).join(" ").replace(/\s+/g, " ");
      if (details.open && words.value === "" && marked !== "" && text.includes(marked)) words.value = marked.slice(0, 400);
    });
  }
})();

(function live() {
  const { moment, root } = document.body.dataset;
  if (moment === undefined) return;
  const isWriting = () => Array.from(document.querySelectorAll("textarea, input:not([type=hidden]):not([type=checkbox])"))
    .some((field) => field.value !== field.defaultValue);
  const tell = (text) => {
    const news = document.getElementById("news");
    news.textContent = text + " ";
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "Load it again";
    link.addEventListener("click", (event) => { event.preventDefault(); location.reload(); });
    news.append(link);
  };
  const listen = async () => {
    for (;;) {
      try {
        const answer = await fetch(root + "moment?since=" + encodeURIComponent(moment), { credentials: "same-origin" });
        if (answer.status === 401) return tell("Your link is no longer valid.");
        if (answer.ok && (await answer.text()) !== moment) {
          if (!isWriting()) return location.reload();
          return tell("The letters or the comments changed. What you have written is still here.");
        }
      } catch (gone) {
        await new Promise((later) => setTimeout(later, 2000));
      }
    }
  };
  listen();
})();
