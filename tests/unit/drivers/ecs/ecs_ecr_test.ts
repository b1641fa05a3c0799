import assert from "node:assert/strict";
import { AppError } from "../../../../src/lib/errors.ts";
import { parseEcrAddress } from "../../../../src/drivers/ecs/images/ecr_address.ts";
import { decodeToken } from "../../../../src/drivers/ecs/images/ecr_login.ts";
import { makeEcrStore } from "../../../../src/drivers/ecs/images/ecr_store.ts";

const IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app";

Deno.test("parseEcrAddress() reads account, region and repository, with a tag and without, in every part of AWS", () => {
  const hosts: readonly (readonly [string, string])[] = [
    ["123456789012.dkr.ecr.eu-west-1.amazonaws.com", "eu-west-1"],
    ["123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"],
    ["123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"],
    ["123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"],
    ["123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"],
    ["123456789012.dkr-ecr.us-west-2.on.aws", "us-west-2"],
    ["123456789012.dkr-ecr-fips.us-west-2.on.aws", "us-west-2"],
    ["123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", "cn-north-1"],
  ];

  for (const [host, region] of hosts) {
    const expected = { host, account: "123456789012", region, repository: "team/app" };
    assert.deepEqual(parseEcrAddress(`${host}/team/app`), expected);
    assert.deepEqual(parseEcrAddress(`${host}/team/app:pr-1-abcdef0-ci`), expected);
  }
});

Deno.test("parseEcrAddress() takes nothing else for ECR, however much it looks like it", () => {
  const others = [
    "apache/superset",
    "superset",
    "localhost:5000/app",
    "public.ecr.aws/acme/app",
    "ecr.eu-west-1.amazonaws.com/app",
    "12345678901.dkr.ecr.eu-west-1.amazonaws.com/app",
    "1234567890123.dkr.ecr.eu-west-1.amazonaws.com/app",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example/app",
    "123456789012.dkr.ecr.eu-west-1.evil.example/app",
    "123456789012.dkr.ecr.eu-west-1.evil.amazonaws.com/app",
    "evil.example/123456789012.dkr.ecr.eu-west-1.amazonaws.com/app",
    "x123456789012.dkr.ecr.eu-west-1.amazonaws.com/app",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com:444/app",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/",
    "",
  ];

  assert.deepEqual(others.filter((image) => parseEcrAddress(image) !== undefined), []);
});

Deno.test("makeEcrStore() refuses what is not in ECR, and any image of another repository", async () => {
  const { signal } = new AbortController();
  const store = makeEcrStore({ image: IMAGE, tag: "pr-{pr}-{sha}-ci" });

  assert.throws(() => makeEcrStore({ image: "acme/app", tag: "x" }), { code: "bad_image", exitCode: 2 });
  for (
    const image of [
      "acme/app:pr-1-abcdef0-ci",
      `${IMAGE}2:pr-1-abcdef0-ci`,
      IMAGE.replace("eu-west-1", "eu-west-2") + ":pr-1-abcdef0-ci",
      IMAGE,
    ]
  ) {
    await assert.rejects(store.exists(image, signal), { code: "bad_image", exitCode: 2 });
    await assert.rejects(store.remove(image, signal), { code: "bad_image", exitCode: 2 });
  }
});

Deno.test("decodeToken() takes name and password apart, whatever the password holds", () => {
  const long = "eyJwYXlsb2FkIjoi".repeat(200) + ":=+/";

  assert.deepEqual(decodeToken(btoa(`AWS:${long}`), "host"), { username: "AWS", password: long });
});

Deno.test("decodeToken() says that a token cannot be read, without showing it", () => {
  for (const token of ["", "%%%", btoa("AWS"), btoa(":secret-password"), btoa("AWS:")]) {
    assert.throws(() => decodeToken(token, "host"), (error) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "aws_failed");
      assert.equal(token !== "" && error.message.includes(token), false);
      assert.doesNotMatch(`${error.message} ${error.hint}`, /secret-password/);
      return true;
    });
  }
});
