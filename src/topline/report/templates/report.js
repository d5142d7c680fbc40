"use strict";
(() => {
  const data = JSON.parse(document.getElementById("trace").textContent);
  const phrases = JSON.parse(document.getElementById("phrases").textContent);
  const panel = document.getElementById("trace-panel");
  const root = document.documentElement;
  const FIRST = 100;

  const chinese = () => root.lang.startsWith("zh");
  const say = (phrase) => (chinese() ? phrases[phrase] : phrase);
  const text = (place) => data.texts[place];

  const speak = (language) => { root.lang = language === "zh" ? "zh-Hans" : "en"; };
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked === "zh" || asked === "en") speak(asked);
  document.getElementById("language").addEventListener("click", () => speak(chinese() ? "en" : "zh"));

  const make = (name, content, kind) => {
    const made = document.createElement(name);
    if (content !== undefined && content !== null) made.textContent = content;
    if (kind) made.className = kind;
    return made;
  };

  const places = (set) => {
    let place = 0;
    return set === null ? null : data.sets[set].map((difference) => (place += difference));
  };

  const cell = (value) => (value === null || value === undefined ? "" : Array.isArray(value) ? text(value[0]) : String(value));

  const facts = (pairs) => {
    const list = make("dl", null, "facts");
    for (const [name, value, kind] of pairs) {
      if (value === "" || value === null || value === undefined) continue;
      const box = make("div");
      box.append(make("dt", say(name)), make("dd"));
      box.lastChild.append(kind === "code" ? make("code", value) : document.createTextNode(value));
      list.append(box);
    }
    return list;
  };

  const rowLine = (table, place, shown, inside) => {
    const row = table.rows[place];
    const line = make("tr", null, inside === true ? "inside" : inside === false ? "outside" : "");
    const head = make("th", text(row[0]));
    head.scope = "row";
    line.append(head);
    if (inside !== null) line.append(make("td", inside ? say("yes") : ""));
    for (const name of shown) line.append(make("td", cell(row[table.columns.indexOf(name) + 1])));
    line.append(make("td", text(row[row.length - 1]), "records"));
    return line;
  };

  const rowTable = (name, list, shown, numerator) => {
    const table = data.tables[name];
    const box = make("div", null, "scroll");
    box.tabIndex = 0;
    const made = make("table", null, "rows");
    const head = make("tr");
    const heads = [say("Subject"), ...(numerator ? [say("in the numerator")] : []), ...shown, say("SDTM records")];
    for (const each of heads) { const th = make("th", each); th.scope = "col"; head.append(th); }
    made.append(make("thead"), make("tbody"));
    made.tHead.append(head);
    const inside = numerator ? new Set(numerator) : null;
    const ordered = inside ? [...list.filter((p) => inside.has(p)), ...list.filter((p) => !inside.has(p))] : list;
    const add = (from, to) => {
      for (const place of ordered.slice(from, to)) made.tBodies[0].append(rowLine(table, place, shown, inside ? inside.has(place) : null));
    };
    add(0, FIRST);
    box.append(made);
    if (ordered.length > FIRST) {
      const more = make("button", say("More rows"), "more");
      more.type = "button";
      more.addEventListener("click", () => { add(FIRST, ordered.length); more.remove(); });
      box.append(more);
    }
    return box;
  };

  const showResult = (id) => {
    const [place, statistic, value, valuec, unit] = data.results[id];
    const a = data.analyses[place];
    const [analysis, group, endpoint, population, method, reference, dataset, where, numwhere] = a.slice(0, 9).map(text);
    const [nrecs, nnum, all, counted, columns] = a.slice(9);
    const body = [facts([
      ["Value", [value === null ? "" : String(value), text(valuec), text(unit)].filter(Boolean).join(" ")],
      ["Analysis", analysis + " · " + text(statistic)],
      ["Endpoint", endpoint], ["Analysis set", population], ["Group", group],
      ["Method", method], ["Source of the method", reference], ["Table", dataset],
      ["Denominator", where || say("all records"), "code"], ["Numerator", numwhere, "code"],
      ["Records", nrecs + (numwhere ? " · " + say("in the numerator") + ": " + nnum : "")],
    ])];
    const rows = places(all) || places(counted);
    if (rows) body.push(rowTable(dataset, rows, columns.map(text), places(counted)));
    const command = make("p", say("With the output folder at hand, this shows the SDTM values:") + " ", "command");
    command.append(make("code", "topline trace OUT '" + id.replaceAll("'", "'\\''") + "'"));
    body.push(command);
    open(id, body);
  };

  const showRow = (address) => {
    const [name, place] = address.split(":");
    const table = data.tables[name];
    const row = table.rows[place];
    const pairs = [["Subject", text(row[0])]];
    const list = facts(pairs);
    table.columns.forEach((column, at) => {
      const value = cell(row[at + 1]);
      if (value === "") return;
      const box = make("div");
      box.append(make("dt", column), make("dd", value));
      list.append(box);
    });
    list.append(facts([["SDTM records", text(row[row.length - 1])]]).firstChild || "");
    open(name + " · " + text(row[0]), [list]);
  };

  const open = (title, body) => {
    document.getElementById("trace-title").textContent = title;
    document.getElementById("trace-body").replaceChildren(...body);
    if (!panel.open) panel.showModal();
    panel.scrollTop = 0;
  };

  const choose = (target) => {
    const found = target.closest("[data-result],[data-row]");
    if (!found) return false;
    if (found.dataset.result !== undefined) showResult(found.dataset.result);
    else showRow(found.dataset.row);
    return true;
  };

  document.addEventListener("click", (event) => {
    if (event.target === panel) panel.close();
    else choose(event.target);
  });
  document.addEventListener("mouseover", (event) => {
    const number = event.target.closest("[data-result]");
    if (number && !number.title) number.title = number.dataset.result;
  });
  document.addEventListener("keydown", (event) => {
    const svg = event.target instanceof SVGElement;
    if (svg && (event.key === "Enter" || event.key === " ") && choose(event.target)) event.preventDefault();
  });
  document.getElementById("trace-close").addEventListener("click", () => panel.close());

  const fromHash = () => {
    const id = decodeURIComponent(location.hash.replace(/^#result=/, ""));
    if (location.hash.startsWith("#result=") && Object.hasOwn(data.results, id)) showResult(id);
  };
  window.addEventListener("hashchange", fromHash);
  fromHash();
})();
