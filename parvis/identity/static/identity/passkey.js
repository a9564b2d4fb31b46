/* Passkeys: asks the server for options, the device for an answer, and sends the answer as an ordinary form. */
(() => {
  "use strict";
  if (!window.PublicKeyCredential) return;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const ids = (list) => (list || []).map((item) => ({ ...item, id: bytes(item.id) }));

  const options = async (form) => {
    const body = new FormData();
    body.set("purpose", form.dataset.passkey);
    const answer = await fetch(form.dataset.options, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value },
    });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).publicKey;
  };

  const make = async (given) => {
    const made = await navigator.credentials.create({
      publicKey: {
        ...given,
        challenge: bytes(given.challenge),
        user: { ...given.user, id: bytes(given.user.id) },
        excludeCredentials: ids(given.excludeCredentials),
      },
    });
    return {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      clientExtensionResults: {},
      response: { clientDataJSON: text(made.response.clientDataJSON), attestationObject: text(made.response.attestationObject) },
    };
  };

  const ask = async (given) => {
    const got = await navigator.credentials.get({
      publicKey: { ...given, challenge: bytes(given.challenge), allowCredentials: ids(given.allowCredentials) },
    });
    return {
      id: got.id,
      rawId: text(got.rawId),
      type: got.type,
      clientExtensionResults: {},
      response: {
        clientDataJSON: text(got.response.clientDataJSON),
        authenticatorData: text(got.response.authenticatorData),
        signature: text(got.response.signature),
        userHandle: got.response.userHandle ? text(got.response.userHandle) : null,
      },
    };
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      const field = form.querySelector("[name=answer]");
      if (field.value) return;
      event.preventDefault();
      const status = form.querySelector("[data-passkey-status]");
      const button = form.querySelector("button[type=submit]");
      status.textContent = "";
      button.setAttribute("aria-busy", "true");
      try {
        const given = await options(form);
        field.value = JSON.stringify(form.dataset.passkey === "enrol" ? await make(given) : await ask(given));
        form.submit();
      } catch {
        status.textContent = form.dataset.failed;
      } finally {
        button.removeAttribute("aria-busy");
      }
    });
  }
})();
