import assert from "node:assert/strict";
import { addInstance, importSup, loadConfig } from "../../../src/config/mod.ts";
import { AppError } from "../../../src/lib/errors.ts";

const SUP = `current_instance_name: superset-production
superset_instances:
  superset-production:
    url: https://bi.example.org/
    auth_method: oauth
    oauth_authorization_url: https://sso.example.org/auth
    oauth_token_url: https://sso.example.org/token
    oauth_client_id: superset
    oauth_client_secret: \${ENV:OAUTH_SECRET}
    oauth_scope: openid profile
    oauth_token_type: Bearer
  Superset_QA:
    url: https://bi-qa.example.org
    auth_method: username_password
    username: \${ENV:QA__USER}
    password: hunter2-hunter2
    timeout: 5
  robot:
    url: https://bi-robot.example.org
    auth_method: oauth
    oauth_token_url: https://sso.example.org/token
    oauth_client_id: robot
    oauth_client_secret: shhh-shhh
    oauth_username: u
    oauth_password: p-p-p-p-p
    password: not-used-here
  key:
    url: https://bi-key.example.org
    auth_method: jwt
    jwt_token: \${ENV:SHOWTIME_KEY}
  broken:
    url: \${ENV:URL}
  other:
    url: https://o.example.org
    auth_method: outh
  half:
    url: https://h.example.org
    username: u
`;

Deno.test("the instances of sup become instances with references, never with a secret", () => {
  const { instances, leftOut } = importSup("~/.sup/config.yml", SUP);
  assert.deepEqual(instances.map(({ name, instance }) => ({ name, ...instance })), [
    {
      name: "superset-production",
      url: "https://bi.example.org",
      auth: {
        method: "oauth",
        authorization_url: "https://sso.example.org/auth",
        token_url: "https://sso.example.org/token",
        client_id: "superset",
        client_secret: "${env:SHOWTIME_OAUTH_SECRET}",
        scope: "openid profile",
      },
    },
    {
      name: "superset-qa",
      url: "https://bi-qa.example.org",
      auth: {
        method: "password",
        username: "${env:SHOWTIME_QA_USER}",
        password: "${env:SHOWTIME_SUPERSET_QA_PASSWORD}",
      },
    },
    {
      name: "robot",
      url: "https://bi-robot.example.org",
      auth: {
        method: "client_credentials",
        token_url: "https://sso.example.org/token",
        client_id: "robot",
        client_secret: "${env:SHOWTIME_ROBOT_CLIENT_SECRET}",
      },
    },
    {
      name: "key",
      url: "https://bi-key.example.org",
      auth: { method: "token", token: "${env:SHOWTIME_KEY}" },
    },
  ]);
  assert.deepEqual(leftOut, [
    { name: "broken", reason: "its url is no plain address" },
    { name: "other", reason: "its auth_method is not known; oauth may be meant" },
    { name: "half", reason: "for the method password it lacks password" },
  ]);
  assert.doesNotMatch(JSON.stringify({ instances, leftOut }), /hunter2|shhh|p-p-p|not-used/);
});

Deno.test("each secret that needs a new variable is named with the key that has it", () => {
  const { instances } = importSup("~/.sup/config.yml", SUP);
  assert.deepEqual(Object.fromEntries(instances.map(({ name, variables }) => [name, variables])), {
    "superset-production": [
      { variable: "SHOWTIME_OAUTH_SECRET", key: "oauth_client_secret", was: "OAUTH_SECRET" },
    ],
    "superset-qa": [
      { variable: "SHOWTIME_QA_USER", key: "username", was: "QA__USER" },
      { variable: "SHOWTIME_SUPERSET_QA_PASSWORD", key: "password", was: undefined },
    ],
    robot: [{ variable: "SHOWTIME_ROBOT_CLIENT_SECRET", key: "oauth_client_secret", was: undefined }],
    key: [],
  });
  assert.match(instances[1]?.notes.join() ?? "", /timeout/);
  assert.match(instances[2]?.notes.join() ?? "", /oauth_username and oauth_password/);
});

Deno.test("what is imported is a valid configuration", () => {
  const text = importSup("~/.sup/config.yml", SUP).instances.reduce(
    (file, { name, instance }) => addInstance(file, name, instance),
    "version: 1 # ours\n",
  );
  const { assets } = loadConfig({ file: { path: "showtime.yml", text }, env: {}, flags: {} });
  assert.deepEqual([...assets.instances.keys()], ["superset-production", "superset-qa", "robot", "key"]);
  assert.ok(text.startsWith("version: 1 # ours\n"));
});

Deno.test("a file without instances is refused", () => {
  for (const text of ["", "a: 1", "superset_instances: 3", "{", "superset_instances:\n"]) {
    assert.throws(
      () => importSup("config.yml", text),
      (error) => error instanceof AppError && error.exitCode === 2,
    );
  }
});
