// The document as a page, with a form that asks this mock.
SwaggerUIBundle({
  url: "console/openapi.json",
  dom_id: "#reference",
  deepLinking: false,
  tryItOutEnabled: true,
  validatorUrl: null,
  persistAuthorization: false,
  onComplete() {
    window.parent.postMessage("reference ready", location.origin);
  },
});
