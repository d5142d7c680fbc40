"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { columns, values, digits } = data;
  const names = Object.keys(columns);
  const body = document.querySelector("tbody");
  const told = document.getElementById("told");
  const more = document.getElementById("more");
  const filters = document.getElementById("filters");
  const STEP = 200;
  let sorted = { name: "null", down: false };
  let shown = STEP;

  const percent = (value) => `${+(100 * value).toFixed(4)}%`;
  const cell = (name, place) => {
    const value = columns[name][place];
    if (value === null) return "–";
    if (name in values) return name === "kind" ? values[name][value] : percent(values[name][value]);
    return (value / 10 ** (digits[name] || 0)).toFixed(digits[name] || 0);
  };

  const number = (id) => {
    const text = document.getElementById(id).value;
    return text === "" ? null : Number(text);
  };
  const wanted = () => {
    const chosen = ["null", "target", "alpha", "power_asked"].map((name) => [name, number(`f-${name}`)]);
    const least = number("f-least");
    const most = number("f-most");
    const admissible = document.getElementById("f-admissible").checked;
    const places = [];
    for (let place = 0; place < columns.n.length; place += 1) {
      if (chosen.some(([name, value]) => value !== null && columns[name][place] !== value)) continue;
      if (least !== null && columns.n[place] < least) continue;
      if (most !== null && columns.n[place] > most) continue;
      if (admissible && columns.weight_from[place] === null) continue;
      places.push(place);
    }
    return places;
  };
  const order = (a, b) => {
    const [x, y] = [columns[sorted.name][a], columns[sorted.name][b]];
    if (x === y || (x === null && y === null)) return a - b;
    if (x === null) return 1;
    if (y === null) return -1;
    return sorted.down ? y - x : x - y;
  };

  const show = () => {
    const places = wanted().sort(order);
    const rows = places.slice(0, shown).map((place) => {
      const row = document.createElement("tr");
      names.forEach((name, column) => {
        const box = document.createElement(column ? "td" : "th");
        if (!column) box.scope = "row";
        box.textContent = cell(name, place);
        row.append(box);
      });
      return row;
    });
    body.replaceChildren(...rows);
    told.textContent = `${places.length} designs, ${rows.length} shown`;
    more.hidden = places.length <= shown;
    document.querySelectorAll("thead th").forEach((head, column) => {
      const here = names[column] === sorted.name;
      head.setAttribute("aria-sort", here ? (sorted.down ? "descending" : "ascending") : "none");
    });
  };

  document.querySelectorAll("thead th").forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => {
      const name = names[column];
      sorted = { name, down: name === sorted.name && !sorted.down };
      show();
    });
    head.replaceChildren(button);
  });
  filters.addEventListener("input", () => { shown = STEP; show(); });
  filters.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", () => { shown += STEP; show(); });
  filters.hidden = false;
  document.getElementById("plain").hidden = true;
  show();
})();
