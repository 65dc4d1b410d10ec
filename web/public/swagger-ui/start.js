// Shows the server's own OpenAPI document. No validator: nothing of it goes to another server.
SwaggerUIBundle({ url: "../schema/", dom_id: "#api", deepLinking: true, validatorUrl: null });
