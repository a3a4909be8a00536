"use strict";

const main = document.getElementById("docs");

SwaggerUIBundle({
  url: "/openapi.json",
  domNode: main,
  deepLinking: true,
  // "Try it out" as who has signed in: the cookie alone changes nothing.
  requestInterceptor: (request) => {
    if (main.dataset.csrf) {
      request.headers["X-CSRF-Token"] = main.dataset.csrf;
    }
    return request;
  },
});
