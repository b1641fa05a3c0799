import type { Context } from "hono";
import { loadMarkdown, type RenderMarkdown } from "./markdown.ts";
import type { PullSource } from "./pull_model.ts";
import { renderPull, renderPullList } from "./pull_page.ts";
import { readDeed } from "./read_deed.ts";
import type { Site } from "./site.ts";

/** Adds the pages of pull requests to a site, and their list at `/`. */
export function addPulls(site: Site, pulls: PullSource): void {
  const { app } = site;
  let markdown: Promise<RenderMarkdown> | undefined;

  app.get("/", (context) => {
    const labels = pulls.list().flatMap((pull) => pull.labels);
    return site.page(context, { title: "Pull requests", content: renderPullList(pulls), labels });
  });

  const pullPath = "/:owner/:name/pull/:number{[0-9]{1,9}}";
  const found = (context: Context) =>
    pulls.list().find(({ repo, number }) =>
      repo === `${context.req.param("owner")}/${context.req.param("name")}` &&
      number === Number(context.req.param("number"))
    );
  app.get(pullPath, async (context) => {
    const pull = found(context);
    if (pull === undefined) return context.notFound();
    markdown ??= loadMarkdown();
    return site.page(context, {
      title: `${pull.title} #${pull.number}`,
      content: renderPull(pull, { source: pulls, markdown: await markdown }),
      labels: pull.labels,
    });
  });
  app.post(pullPath, async (context) => {
    const pull = found(context);
    if (pull === undefined) return context.notFound();
    const form = await context.req.parseBody();
    const act = async () => await pulls.act(pull.number, readDeed(form, pulls));
    return await site.change(context, { act, back: `/${pull.repo}/pull/${pull.number}` });
  });
  app.get("/:owner/:name/commit/:sha{[0-9a-f]{7,40}}", (context) => {
    const { sha } = context.req.param();
    for (const { repo, number, commits } of pulls.list()) {
      const full = commits.find((each) => each.startsWith(sha));
      if (full !== undefined) return context.redirect(`/${repo}/pull/${number}#commit-${full}`);
    }
    return context.notFound();
  });
}
