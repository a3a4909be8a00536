// Says when the page no longer moves, and when it does again. What it shows meanwhile is what was.
(() => {
  const show = (still) => { document.getElementById("still").hidden = !still; };
  document.addEventListener("htmx:sseError", () => show(true));
  document.addEventListener("htmx:sendError", () => show(true));
  document.addEventListener("htmx:sseOpen", () => show(false));
  document.addEventListener("htmx:afterOnLoad", () => show(false));
  document.addEventListener("htmx:responseError", (event) => {
    // Signed out meanwhile: the page itself says where to sign in.
    if (event.detail.xhr.status === 401) location.reload();
    else show(true);
  });
  // A redirect to the login page is no part of this one.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (new URL(event.detail.xhr.responseURL).pathname === "/admin/login") {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });
})();
