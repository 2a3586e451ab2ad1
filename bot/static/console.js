// Folds the menu on a narrow screen, and says two minutes before a session ends that it does; works without either.
"use strict";
(() => {
  const menu = document.getElementById("menu");
  if (menu && window.matchMedia("(max-width: 48rem)").matches) menu.open = false;
})();
(() => {
  const place = document.getElementById("ending");
  if (!place) return;
  const warnBefore = 2 * 60;
  let timers = [];
  const say = (sentence) => {
    const words = document.createElement("p");
    words.textContent = sentence;
    place.hidden = false;
    place.replaceChildren(words);
  };
  const over = () => {
    say("時間がたったため、サインアウトしました。保存していないものは、このまま送ると、サインインのあとで続けられます。");
  };
  const stay = async () => {
    try {
      const form = new FormData();
      form.append("csrf_token", document.querySelector("input[name=csrf_token]").value);
      const answer = await fetch(place.dataset.stay, { method: "POST", body: new URLSearchParams(form) });
      if (answer.status === 403 || answer.redirected) return over();
      if (!answer.ok) throw new Error(String(answer.status));
      begin((await answer.json()).seconds);
    } catch {
      say("サインインを続けられませんでした。つながりを確かめ、書いたものを保存してください。");
    }
  };
  const warn = () => {
    say("あと2分ほどでサインアウトします。");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "サインインを続ける";
    button.addEventListener("click", stay);
    place.append(button);
  };
  // Whoever reaches the ten hours is told; there is nothing to press then.
  const last = () => say("あと2分ほどでサインアウトします（一度に10時間まで）。書いたものを保存してください。");
  const begin = (seconds) => {
    timers.forEach((timer) => window.clearTimeout(timer));
    if (seconds > warnBefore) place.hidden = true;
    timers = [
      window.setTimeout(seconds > warnBefore ? warn : last, Math.max(seconds - warnBefore, 0) * 1000),
      window.setTimeout(over, seconds * 1000),
    ];
  };
  begin(Number(place.dataset.seconds));
  // What is kept while one types keeps the session, too.
  document.addEventListener("stayed", (event) => begin(event.detail));
})();
