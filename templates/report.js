"use strict";
// Sorting, filtering and searching of what the page holds already; without it the page is whole.

const state = (cell) => [...cell.classList];
const text = (node) => node.textContent.trim();
const sorted = (cell) => cell.dataset.sort ?? text(cell);

function number(words) {
  const found = words.replace(/^[^\d+\-.]+/, "").match(/^[+-]?\d+(\.\d+)?/);
  return found ? Number(found[0]) : null;
}

// Blanks and what does not apply stay at the end, whichever way a column is sorted.
function compare(column, down) {
  const sign = down ? -1 : 1;
  return (one, other) => {
    const [a, b] = [sorted(one.cells[column]), sorted(other.cells[column])];
    const [blank, blanks] = [a === "" || a === "–", b === "" || b === "–"];
    if (blank || blanks) return blank - blanks;
    const [n, m] = [number(a), number(b)];
    const known = n !== null && m !== null;
    if (!known && (n === null) !== (m === null)) return n === null ? 1 : -1;
    return sign * (known ? n - m : a.localeCompare(b, document.documentElement.lang));
  };
}

function sortable(table) {
  const heads = [...table.tHead.rows[0].cells];
  const given = [...table.tBodies[0].rows];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    const link = head.querySelector("a");
    const limit = head.querySelector(".limit");
    [...head.childNodes].filter((one) => one !== link && one !== limit).forEach((one) => button.append(one));
    if (!text(button)) button.setAttribute("aria-label", text(head));
    head.insertBefore(button, limit);
    button.addEventListener("click", () => {
      const was = head.getAttribute("aria-sort");
      const now = { null: "ascending", ascending: "descending", descending: null }[was];
      heads.forEach((one) => one.removeAttribute("aria-sort"));
      if (now) head.setAttribute("aria-sort", now);
      const rows = now ? [...given].sort(compare(column, now === "descending")) : given;
      table.tBodies[0].append(...rows);
    });
  });
}

function filtered(tools) {
  const target = document.getElementById(tools.dataset.for);
  const rows = target.tBodies ? [...target.tBodies[0].rows] : [...target.children];
  const words = rows.map((row) => text(row).toLowerCase());
  const controls = [...tools.querySelectorAll("input, select")];
  const which = tools.querySelector("[data-which]");
  const wanted = tools.querySelector("[data-state]");
  const told = tools.querySelector("output");

  function fits(row, place) {
    return controls.every((one) => {
      if (!one.value) return true;
      if (one.type === "search")
        return one.value.toLowerCase().split(/\s+/).every((word) => words[place].includes(word));
      if (one.dataset.column) return text(row.cells[one.dataset.column]) === one.value;
      if (one !== wanted) return true;
      const states = one.value.split(" ");
      const first = Number(which.dataset.which);
      const cells = which.value ? [row.cells[which.value]] : [...row.cells].slice(first);
      return cells.some((cell) => state(cell).some((name) => states.includes(name)));
    });
  }

  function show() {
    const shown = rows.filter((row, place) => !(row.hidden = !fits(row, place)));
    told.textContent = told.dataset.told.replace("{n}", shown.length).replace("{all}", rows.length);
  }

  function clear() {
    controls.forEach((one) => (one.value = ""));
    show();
  }

  tools.hidden = false;
  tools.addEventListener("input", show);
  tools.querySelector("[data-reset]")?.addEventListener("click", clear);
  show();
  return { target, clear };
}

const filters = [...document.querySelectorAll(".tools")].map(filtered);
document.querySelectorAll("table.sortable").forEach(sortable);

// A link leads to its place even where a filter has put it out of sight.
addEventListener("hashchange", () => {
  const goal = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!goal?.hidden) return;
  filters.filter((one) => one.target.contains(goal)).forEach((one) => one.clear());
  goal.scrollIntoView();
});
