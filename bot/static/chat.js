// Sends a question or a tap without reloading the page.  Without this script the page works as forms.
"use strict";
(() => {
  const log = document.getElementById("log");
  const state = document.getElementById("state");
  const question = document.getElementById("question");
  let busy = false;

  const newTurnKey = () => {
    const field = document.querySelector("form.ask input[name=turn]");
    if (field && window.crypto && crypto.randomUUID) field.value = crypto.randomUUID();
  };

  // A page that stood open for a day is given a new conversation: all its forms go on with that one.
  const goOnWith = (conversation) => {
    for (const field of document.querySelectorAll("form input[name=conversation]")) field.value = conversation;
  };

  const chats = () => document.querySelectorAll("form[data-chat], form[data-large]");
  const carried = (address, modes) => {
    const url = new URL(address, location.href);
    for (const name of ["lang", "ruby"]) {
      if (modes.has(name)) url.searchParams.set(name, modes.get(name));
      else url.searchParams.delete(name);
    }
    return url.href;
  };

  // Languages and ふりがな that were chosen stand in the address: who comes back by it is answered so again.
  const carryModes = (modes) => {
    for (const form of chats()) form.action = carried(form.action, modes);
    history.replaceState(null, "", carried(location.href, modes));
  };

  // The letters change where the page stands: without this script the server shows it anew.
  const showLarge = (large) => {
    document.documentElement.classList.toggle("large", large);
    const carry = (address, on) => {
      const url = new URL(address, location.href);
      if (on) url.searchParams.set("large", "1");
      else url.searchParams.delete("large");
      return url.href;
    };
    for (const form of document.querySelectorAll("form[data-chat]")) form.action = carry(form.action, large);
    for (const form of document.querySelectorAll("form[data-large]")) {
      form.action = carry(form.action, !large);
      const button = form.querySelector("button");
      button.textContent = large ? button.dataset.usual : button.dataset.larger;
    }
    history.replaceState(null, "", carry(location.href, large));
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.matches("form[data-large]")) {
      event.preventDefault();
      showLarge(!document.documentElement.classList.contains("large"));
      return;
    }
    if (!form.matches("form[data-chat]")) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    state.textContent = "お調べしています…";
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { "X-Kotae-Fragment": "1" },
      });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.status === 429) {
        // The page says how long to wait, and why.
        state.textContent = page.querySelector("main p").textContent;
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const turn = document.importNode(page.querySelector(".turn"), true);
      log.append(turn);
      state.textContent = "";
      if (form.classList.contains("ask")) form.elements.question.value = "";
      newTurnKey();
      goOnWith(turn.dataset.conversation);
      carryModes(new URLSearchParams(turn.dataset.modes));
      turn.scrollIntoView({ block: "start" });
      if (form.classList.contains("ask")) {
        question.focus({ preventScroll: true });
      } else {
        // Who pressed a button goes on from the answer to it, and its buttons come next.
        turn.querySelector(".reply").focus({ preventScroll: true });
      }
    } catch {
      state.textContent = "うまくつながりませんでした。少し待ってから、もう一度お試しください。";
    } finally {
      busy = false;
    }
  });
})();
