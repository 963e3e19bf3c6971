// Keyboard, copying, filters that apply themselves. The pages work without it.
(() => {
  "use strict";
  document.documentElement.classList.add("js");
  const links = () => [...document.querySelectorAll("[data-entry]")];
  const typing = (node) => node instanceof HTMLElement && (node.matches("input, textarea, select") || node.isContentEditable);

  const step = (by) => {
    const all = links();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
    all[next].focus();
    all[next].closest("li").scrollIntoView({ block: "nearest" });
  };

  const copy = async (button) => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      button.textContent = "Marked: copy it with your keyboard";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2500);
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
    if (typing(event.target)) return;
    const search = document.querySelector("[data-search]");
    const back = document.querySelector("[data-back]");
    const button = document.querySelector("[data-copy]");
    const act = {
      j: () => step(1),
      k: () => step(-1),
      "/": () => search && search.focus(),
      u: () => back && back.click(),
      c: () => button && copy(button),
      "?": () => document.getElementById("keys").showModal(),
    }[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  document.querySelectorAll("[data-copy]").forEach((button) => button.addEventListener("click", () => copy(button)));
  document.querySelectorAll("[data-filters] select").forEach((select) =>
    select.addEventListener("change", () => select.form.requestSubmit()));
  // Room enough: the filters stand open.
  const more = document.querySelector("details.more");
  if (more && matchMedia("(min-width: 46rem)").matches) more.open = true;
  // Back to the list as it was filtered.
  const back = document.querySelector("[data-back]");
  if (back && document.referrer.startsWith(location.origin + "/?")) back.href = document.referrer;
})();
