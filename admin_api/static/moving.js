// What moves on a page: read again soon after a change, however many come at once; and said plainly when it is not.
(() => {
  const SOON = 200; // milliseconds, in which further changes are waited for
  let due;
  document.addEventListener("sse:job", () => {
    due ??= setTimeout(() => {
      due = undefined;
      htmx.trigger("#moving", "changed");
    }, SOON);
  });

  const still = (is) => { document.getElementById("still").hidden = !is; };
  document.addEventListener("htmx:sseError", () => still(true));
  document.addEventListener("htmx:sendError", () => still(true));
  document.addEventListener("htmx:sseOpen", () => still(false));
  document.addEventListener("htmx:afterOnLoad", () => still(false));
  document.addEventListener("htmx:responseError", (event) => {
    // Signed out meanwhile: to load the page leads to where one signs in.
    if (event.detail.xhr.status === 401) location.reload();
    else still(true);
  });
})();
