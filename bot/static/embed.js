// Puts the page of questions into a page of the municipality's, where the script tag stands:
//   <script src="https://…/static/embed.js" data-municipality="242047" async></script>
// data-height: of the frame, in pixels.  It stores nothing, reads nothing of the page, and needs no cookie.
"use strict";
(() => {
  const tag = document.currentScript;
  if (!tag) return;
  const code = tag.dataset.municipality || "";
  if (!/^[0-9]{6}$/.test(code)) {
    console.error("こたえ: data-municipality に、6桁の全国地方公共団体コードを書いてください");
    return;
  }
  const frame = document.createElement("iframe");
  frame.src = new URL(`/${code}/?embed=1`, tag.src).href;
  frame.title = "質問にこたえます（こたえ）";
  frame.loading = "lazy";
  frame.referrerPolicy = "no-referrer";
  frame.style.width = "100%";
  frame.style.height = `${Math.max(320, Number(tag.dataset.height) || 640)}px`;
  frame.style.border = "1px solid #767676";
  tag.after(frame);
})();
