/** The least policies on AWS, as data: the one source of the files in docs/policies and of what `init` writes. */

import { type AwsSettings, partitionOf, type Setup } from "./setup.ts";

/** A statement of an IAM policy. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** An IAM policy. */
export interface PolicyDocument<Statement = PolicyStatement> {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

const TOKENS = "token.actions.githubusercontent.com";

/** Returns the rights on ECS, EC2, IAM and CloudWatch Logs that all commands together need, and no others. */
export function ecsStatements(place: AwsSettings): readonly PolicyStatement[] {
  const { cluster, executionRole, taskRole, logGroup } = place;
  const ecs = arnOf("ecs", place);
  const services = `${ecs}:service/${cluster}/pr-*`;
  const definitions = `${ecs}:task-definition/${cluster}-pr-*:*`;
  return [
    {
      Sid: "Services",
      Effect: "Allow",
      Action: ["ecs:DescribeServices", "ecs:CreateService", "ecs:UpdateService", "ecs:DeleteService"],
      Resource: services,
    },
    { Sid: "Tags", Effect: "Allow", Action: "ecs:TagResource", Resource: [services, definitions] },
    {
      Sid: "Cluster",
      Effect: "Allow",
      Action: ["ecs:ListServices", "ecs:ListTasks", "ecs:DescribeTasks"],
      Resource: "*",
      Condition: { ArnEquals: { "ecs:cluster": `${ecs}:cluster/${cluster}` } },
    },
    {
      Sid: "TaskDefinitions",
      Effect: "Allow",
      Action: ["ecs:RegisterTaskDefinition", "ecs:DeleteTaskDefinitions"],
      Resource: definitions,
    },
    {
      Sid: "WhatAwsCannotLimit",
      Effect: "Allow",
      Action: [
        "ecs:DescribeTaskDefinition",
        "ecs:DeregisterTaskDefinition",
        "ecs:ListTaskDefinitions",
        "ecs:ListTaskDefinitionFamilies",
        "ec2:DescribeNetworkInterfaces",
      ],
      Resource: "*",
    },
    {
      Sid: "Roles",
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: taskRole === undefined ? executionRole : [executionRole, taskRole],
      Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    },
    {
      Sid: "Logs",
      Effect: "Allow",
      Action: "logs:GetLogEvents",
      Resource: `${arnOf("logs", place)}:log-group:${logGroup}:log-stream:*`,
    },
  ];
}

/** Returns the further rights that a load balancer needs, for addresses that stay. */
export function balancerStatements(place: AwsSettings): readonly PolicyStatement[] {
  const { listener } = place;
  if (listener === undefined) return [];
  const rules = `${listener.replace(":listener/", ":listener-rule/")}/*`;
  const groups = `${arnOf("elasticloadbalancing", place)}:targetgroup/st-*`;
  return [
    { Sid: "NewRules", Effect: "Allow", Action: "elasticloadbalancing:CreateRule", Resource: listener },
    {
      Sid: "OwnRules",
      Effect: "Allow",
      Action: ["elasticloadbalancing:ModifyRule", "elasticloadbalancing:DeleteRule"],
      Resource: rules,
      Condition: { StringEquals: { "aws:ResourceTag/showtime_managed": "true" } },
    },
    {
      Sid: "TargetGroups",
      Effect: "Allow",
      Action: [
        "elasticloadbalancing:CreateTargetGroup",
        "elasticloadbalancing:ModifyTargetGroupAttributes",
        "elasticloadbalancing:DeleteTargetGroup",
      ],
      Resource: groups,
    },
    { Sid: "RouteTags", Effect: "Allow", Action: "elasticloadbalancing:AddTags", Resource: [rules, groups] },
    {
      Sid: "Routes",
      Effect: "Allow",
      Action: [
        "elasticloadbalancing:DescribeRules",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
        "elasticloadbalancing:DescribeTags",
        "elasticloadbalancing:DescribeLoadBalancers",
      ],
      Resource: "*",
    },
  ];
}

/** Returns the further right that looking up the newest requests needs. AWS cannot limit it to some metrics. */
export function trafficStatements({ countsRequests }: AwsSettings): readonly PolicyStatement[] {
  if (countsRequests !== true) return [];
  return [{ Sid: "Requests", Effect: "Allow", Action: "cloudwatch:GetMetricData", Resource: "*" }];
}

/** Returns the further rights that images in ECR need, including a push with `docker`. */
export function ecrStatements(place: AwsSettings): readonly PolicyStatement[] {
  if (place.ecrRepository === undefined) return [];
  const repository = `${arnOf("ecr", place)}:repository/${place.ecrRepository}`;
  return [
    { Sid: "Login", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
    {
      Sid: "Images",
      Effect: "Allow",
      Action: ["ecr:DescribeImages", "ecr:BatchDeleteImage"],
      Resource: repository,
    },
    {
      Sid: "DockerPush",
      Effect: "Allow",
      Action: [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
      ],
      Resource: repository,
    },
  ];
}

/** Returns the further rights that the hook `before_stop` needs: it runs as a task of its own. */
export function hookStatements(place: AwsSettings): readonly PolicyStatement[] {
  if (!place.runsBeforeStop) return [];
  const ecs = arnOf("ecs", place);
  const tasks = `${ecs}:task/${place.cluster}/*`;
  return [
    {
      Sid: "RunHooks",
      Effect: "Allow",
      Action: "ecs:RunTask",
      Resource: `${ecs}:task-definition/${place.cluster}-pr-*-hook:*`,
      Condition: { ArnEquals: { "ecs:cluster": `${ecs}:cluster/${place.cluster}` } },
    },
    { Sid: "StopHooks", Effect: "Allow", Action: "ecs:StopTask", Resource: tasks },
    {
      Sid: "TagHooks",
      Effect: "Allow",
      Action: "ecs:TagResource",
      Resource: tasks,
      Condition: { StringEquals: { "ecs:CreateAction": "RunTask" } },
    },
  ];
}

/** Returns the whole policy of the role that workflows assume. */
export function accessPolicy(place: AwsSettings): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      ...ecsStatements(place),
      ...hookStatements(place),
      ...balancerStatements(place),
      ...trafficStatements(place),
      ...ecrStatements(place),
    ],
  };
}

/** A statement that says who may assume a role. */
export interface TrustStatement {
  readonly Effect: "Allow";
  readonly Principal: { readonly Federated: string };
  readonly Action: "sts:AssumeRoleWithWebIdentity";
  readonly Condition: { readonly StringEquals: Readonly<Record<string, string | readonly string[]>> };
}

/**
 * Returns the policy that says who may assume the role: workflows on the default branch, and workflows of
 * pull requests if those run Showtime themselves. If forks are served, no run of a pull request can have the
 * role.
 */
export function trustPolicy(setup: Setup, place: AwsSettings): PolicyDocument<TrustStatement> {
  const onDefault = `repo:${setup.repo}:ref:refs/heads/${setup.defaultBranch}`;
  const subject = setup.forks ? onDefault : [onDefault, `repo:${setup.repo}:pull_request`];
  return {
    Version: "2012-10-17",
    Statement: [{
      Effect: "Allow",
      Principal: {
        Federated: `arn:${partitionOf(place.region)}:iam::${place.account}:oidc-provider/${TOKENS}`,
      },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: { StringEquals: { [`${TOKENS}:aud`]: "sts.amazonaws.com", [`${TOKENS}:sub`]: subject } },
    }],
  };
}

function arnOf(service: string, { region, account }: AwsSettings): string {
  return `arn:${partitionOf(region)}:${service}:${region}:${account}`;
}
