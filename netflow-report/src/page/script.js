"use strict";
(() => {
  // Times in the zone of the reader; UTC is their title.
  const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
  const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
  for (const place of document.querySelectorAll("[data-time]")) {
    const time = new Date(Number(place.dataset.time));
    if (!isNaN(time)) place.textContent = ("full" in place.dataset ? full : clock).format(time);
  }
  for (const place of document.querySelectorAll("[data-iso]")) {
    const time = new Date(place.getAttribute("datetime"));
    if (!isNaN(time)) place.textContent = full.format(time);
  }

  // The page of a collector is loaded again, unless that would disturb who filters its flows.
  const refresh = Number(document.documentElement.dataset.refresh);
  if (refresh > 0) {
    setInterval(() => {
      const box = document.getElementById("where");
      if (!document.hidden && (!box || (box.value === "" && box !== document.activeElement))) location.reload();
    }, refresh * 1000);
  }

  // What has to be scrolled can be reached by the keyboard.
  const reach = () => {
    for (const place of document.querySelectorAll(".scroll")) {
      if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
      else place.removeAttribute("tabindex");
    }
  };
  addEventListener("resize", reach);
  reach();

  // Tables are sorted by a click on a heading.
  const valueOf = (row, index) => {
    const cell = row.cells[index];
    if (cell.dataset.n !== undefined) return BigInt(cell.dataset.n);
    return cell.dataset.v ?? cell.textContent;
  };
  const compare = (one, other) => {
    const types = (typeof one === "bigint") - (typeof other === "bigint");
    if (types !== 0) return -types;
    return one < other ? -1 : one > other ? 1 : 0;
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, index) => {
      if (!head.textContent) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") !== "descending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...table.tBodies[0].rows].map((row) => [valueOf(row, index), row]);
        rows.sort((one, other) => (down ? -1 : 1) * compare(one[0], other[0]));
        table.tBodies[0].append(...rows.map((pair) => pair[1]));
      });
    });
  }

  // The filter of the flows: the language of `netflow decode --where`, for the columns of the page.
  const box = document.getElementById("where");
  if (!box) return;
  const table = document.getElementById("flow-table");
  const fields = [...table.tHead.rows[0].cells].map((head) => head.dataset.field);
  const PROTOCOLS = { icmp: 1, igmp: 2, tcp: 6, udp: 17, gre: 47, esp: 50, ah: 51, icmp6: 58, icmpv6: 58, ospf: 89, sctp: 132 };
  const PORTS = { ftp: 21, ssh: 22, telnet: 23, smtp: 25, domain: 53, dns: 53, http: 80, ntp: 123, snmp: 161, bgp: 179, https: 443, syslog: 514 };
  const UNITS = { k: 10n ** 3n, m: 10n ** 6n, g: 10n ** 9n, t: 10n ** 12n };
  const SPANS = { ns: 1n, us: 1000n, ms: 10n ** 6n, s: 10n ** 9n, m: 60n * 10n ** 9n, h: 3600n * 10n ** 9n, d: 86400n * 10n ** 9n };
  const FLAGS = { F: 1n, S: 2n, R: 4n, P: 8n, A: 16n, U: 32n, E: 64n, C: 128n, X: 63n };
  const SIDES = {
    host: "address", ip: "address", addr: "address", net: "address", port: "port", portrange: "port",
  };
  const ALIAS = { bytes: "octets", proto: "protocol", flags: "tcp_flags", exporter: "exporter_address" };

  class Mistake extends Error {
    constructor(token, expected) {
      super(`column ${token.at + 1}: ${token.text ? `"${token.text}"` : "the end"}: expected ${expected}`);
    }
  }

  const tokens = (text) => {
    const found = [];
    const shape = /\s*(?:([()\[\],]|&&|\|\||!=|<=|>=|==|[=<>!])|"([^"]*)"|([^\s()\[\],=<>!&|"]+)|(\S))/gy;
    let match;
    while (shape.lastIndex < text.length && (match = shape.exec(text))) {
      const word = match[1] ?? match[2] ?? match[3] ?? match[4];
      found.push({ text: word, at: match.index + match[0].length - word.length });
    }
    found.push({ text: "", at: text.length });
    return found;
  };

  // 128 bits of an address, and its version.
  const address = (text) => {
    const four = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
    if (four) {
      const parts = four.slice(1).map(Number);
      if (parts.some((part) => part > 255)) return null;
      return { bits: parts.reduce((all, part) => (all << 8n) | BigInt(part), 0n), size: 32n };
    }
    if (!/^[0-9a-fA-F:]+$/.test(text) || !text.includes(":")) return null;
    const halves = text.split("::");
    if (halves.length > 2) return null;
    const words = halves.map((half) => (half ? half.split(":") : []));
    const missing = 8 - words.flat().length;
    if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
    const all = halves.length === 2 ? [...words[0], ...Array(missing).fill("0"), ...words[1]] : words[0];
    if (all.some((word) => !/^[0-9a-fA-F]{1,4}$/.test(word))) return null;
    return { bits: all.reduce((bits, word) => (bits << 16n) | BigInt(`0x${word}`), 0n), size: 128n };
  };

  const network = (token) => {
    const [host, length] = token.text.split("/");
    const base = address(host);
    const bits = length === undefined ? base?.size : /^\d+$/.test(length) ? BigInt(length) : null;
    if (!base || bits === null || bits > base.size) throw new Mistake(token, "an address or a network such as 10.0.0.0/8");
    const shift = base.size - bits;
    return (text) => {
      const value = address(text);
      return value !== null && value.size === base.size && value.bits >> shift === base.bits >> shift;
    };
  };

  const number = (field, token) => {
    const text = token.text.toLowerCase();
    if (field === "protocol" && text in PROTOCOLS) return BigInt(PROTOCOLS[text]);
    if (field.endsWith("_port") && text in PORTS) return BigInt(PORTS[text]);
    if (field === "tcp_flags" && /^[fsrpauecx]+$/.test(text)) {
      return [...token.text.toUpperCase()].reduce((all, letter) => all | FLAGS[letter], 0n);
    }
    if (field === "duration") {
      const span = /^(\d+)(ns|us|ms|s|m|h|d)$/.exec(text);
      if (!span) throw new Mistake(token, "a duration with a unit, such as 5s");
      return BigInt(span[1]) * SPANS[span[2]];
    }
    const plain = /^(\d+)([kmgt]?)$/.exec(text);
    if (!plain) throw new Mistake(token, "a number");
    return BigInt(plain[1]) * (UNITS[plain[2]] ?? 1n);
  };

  const compile = (text) => {
    const all = tokens(text);
    let at = 0;
    let depth = 0;
    const peek = () => all[at];
    const next = () => all[at++] ?? all[all.length - 1];
    const is = (...words) => words.includes(peek().text.toLowerCase());

    const either = () => {
      let left = both();
      while (is("or", "||")) {
        next();
        const [one, other] = [left, both()];
        left = (row) => one(row) || other(row);
      }
      return left;
    };
    const both = () => {
      let left = unary();
      while (is("and", "&&")) {
        next();
        const [one, other] = [left, unary()];
        left = (row) => one(row) && other(row);
      }
      return left;
    };
    const unary = () => {
      if (++depth > 200) throw new Mistake(peek(), "fewer levels");
      try {
        if (is("not", "!")) {
          next();
          const inner = unary();
          return (row) => !inner(row);
        }
        if (is("(")) {
          next();
          const inner = either();
          if (!is(")")) throw new Mistake(peek(), "a closing parenthesis");
          next();
          return inner;
        }
        return comparison();
      } finally {
        depth--;
      }
    };
    const comparison = () => {
      const word = next();
      const name = word.text.toLowerCase();
      if (name === "any") return () => true;
      if (name === "has") {
        const field = next();
        const index = fields.indexOf(ALIAS[field.text.toLowerCase()] ?? field.text.toLowerCase());
        if (index < 0) throw new Mistake(field, "a column of the table");
        return (row) => row[index] !== undefined;
      }
      if (name in PROTOCOLS) {
        if (is("port")) {
          const inner = sides(["source", "destination"], "port");
          return (row) => row[fields.indexOf("protocol")] === String(PROTOCOLS[name]) && inner(row);
        }
        return (row) => row[fields.indexOf("protocol")] === String(PROTOCOLS[name]);
      }
      if (name === "ipv4" || name === "ipv6") {
        const size = name === "ipv4" ? 32n : 128n;
        return (row) => address(row[fields.indexOf("source_address")] ?? "")?.size === size;
      }
      if (name === "src" || name === "dst") {
        const side = name === "src" ? "source" : "destination";
        const subject = peek().text.toLowerCase();
        return sides([side], subject in SIDES ? subject : "host", !(subject in SIDES));
      }
      if (name in SIDES) {
        at--;
        return sides(["source", "destination"], name);
      }
      const field = ALIAS[name] ?? name;
      if (!fields.includes(field)) throw new Mistake(word, "a word of the language for the columns below");
      return values(field, name === "flags");
    };
    const sides = (chosen, subject, isImplied) => {
      if (!isImplied) next();
      const start = at;
      const tests = chosen.map((side) => {
        at = start;
        return values(`${side}_${SIDES[subject]}`, false, chosen.length > 1);
      });
      return (row) => tests.some((test) => test(row));
    };
    const values = (field, isFlags, isEitherSide) => {
      const index = fields.indexOf(field);
      let operator = "=";
      if (is("=", "==", "!=", "<", "<=", ">", ">=", "in")) operator = next().text.toLowerCase();
      if (operator === "==") operator = "=";
      const start = peek();
      if (operator === "!=" && isEitherSide) throw new Mistake(start, "not before the comparison: != is true of nearly every flow");
      const list = [];
      if (is("[")) {
        next();
        while (!is("]")) {
          if (peek().text === "") throw new Mistake(peek(), "a closing bracket");
          list.push(value(field, next()));
          if (is(",")) next();
        }
        next();
      } else {
        if (start.text === "" || start.text === ")") throw new Mistake(start, "a value");
        list.push(value(field, next()));
      }
      if (isFlags && operator === "=" && typeof list[0].low === "bigint") {
        const bits = list[0].low;
        return (row) => row[index] !== undefined && (BigInt(row[index]) & bits) === bits;
      }
      const matches = (text) => list.some((one) => one.test(text));
      const low = list[0].low;
      const order = {
        "=": matches, in: matches, "!=": (text) => !matches(text),
        "<": (text) => one(text) < low, "<=": (text) => one(text) <= low,
        ">": (text) => one(text) > low, ">=": (text) => one(text) >= low,
      };
      const one = (text) => (typeof low === "bigint" ? BigInt(text) : text);
      if (!["=", "in", "!="].includes(operator) && low === undefined) throw new Mistake(start, "a number");
      return (row) => row[index] !== undefined && order[operator](row[index]);
    };
    const value = (field, token) => {
      if (field.endsWith("_address")) return { test: network(token) };
      if (field === "start") {
        if (!/^\d{4}-\d\d-\d\d/.test(token.text)) throw new Mistake(token, "a time such as 2026-11-29T10:00");
        return { low: token.text, test: (text) => text === token.text };
      }
      const range = /^(\w+)-(\w+)$/.exec(token.text);
      if (range) {
        const [low, high] = [range[1], range[2]].map((part) => number(field, { ...token, text: part }));
        return { test: (text) => BigInt(text) >= low && BigInt(text) <= high };
      }
      const low = number(field, token);
      return { low, test: (text) => BigInt(text) === low };
    };

    if (text.trim() === "") return () => true;
    const made = either();
    if (peek().text !== "") throw new Mistake(peek(), "and, or, or the end");
    return made;
  };

  const rows = [...table.tBodies[0].rows].map((row) => [row, [...row.cells].map((cell) => cell.dataset.v)]);
  const chosen = document.getElementById("chosen");
  const apply = () => {
    try {
      const test = compile(box.value);
      let count = 0;
      for (const [row, cells] of rows) {
        row.hidden = !test(cells);
        if (!row.hidden) count++;
      }
      box.removeAttribute("aria-invalid");
      chosen.textContent = box.value.trim() === "" ? "" : `${count} of ${rows.length} flows in the page`;
    } catch (mistake) {
      if (!(mistake instanceof Mistake)) throw mistake;
      box.setAttribute("aria-invalid", "true");
      chosen.textContent = mistake.message;
    }
  };
  box.addEventListener("input", apply);
  apply();
})();
