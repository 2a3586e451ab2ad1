// Folds the menu on a narrow screen, and says two minutes before a session ends that it does; works without either.
"use strict";
(() => {
  const menu = document.getElementById("menu");
  if (menu && window.matchMedia("(max-width: 48rem)").matches) menu.open = false;
})();
(() => {
  const place = document.getElementById("ending");
  if (!place) return;
  const left = Number(place.dataset.seconds) * 1000;
  const warnBefore = 2 * 60 * 1000;
  const say = (sentence) => {
    const words = document.createElement("p");
    words.textContent = sentence;
    place.hidden = false;
    place.replaceChildren(words);
  };
  window.setTimeout(() => {
    say("あと2分ほどでサインアウトします。続けるときは、書いたものを保存するか、別のページを開いてください。");
  }, Math.max(left - warnBefore, 0));
  window.setTimeout(() => {
    say("時間がたったため、サインアウトしました。保存していないものは、このまま送ると、サインインのあとで続けられます。");
  }, left);
})();
