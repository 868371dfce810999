import { describe, expect, test } from "vitest";
import { renderTemplate } from "../../../src/backend/ebs/tag-template.ts";

const fields = { PVCName: "data-0", PVCNamespace: "ns-prod-abcdef", PVName: "pvc-1" };
const render = (template: string) => renderTemplate(template, fields, "tagSpecification_1");

describe("templates say what Go's would", () => {
  test.each([
    ["plain text", "plain text"],
    ["{{ .PVCName }}", "data-0"],
    ["{{.PVCNamespace}}/{{.PVCName}}", "ns-prod-abcdef/data-0"],
    ['{{ .PVCNamespace | contains "prod" }}', "true"],
    ['{{ contains "prod" .PVName }}', "false"],
    ['{{ .PVCNamespace | field "-" 2 | toUpper }}', "ABCDEF"],
    ["{{ .PVCName | toUpper | toLower }}", "data-0"],
    ["{{ .PVCNamespace | substring 3 7 }}", "prod"],
    ["{{ .PVCNamespace | substring 3 -1 }}", "prod-abcdef"],
    ['{{ .PVCName | index "-" }}', "4"],
    ['{{ .PVCNamespace | lastIndex "-" }}', "7"],
    ['{{ "a | b" }}', "a | b"],
    ["{{ `raw \\ text` }}", "raw \\ text"],
    ["{{- .PVCName -}}", "data-0"],
    ["a {{- .PVCName -}} b {{ .PVName }} c", "adata-0b pvc-1 c"],
    ["a {{- .PVCName }} b", "adata-0 b"],
    ["a {{ .PVCName -}} b", "a data-0b"],
    ["{{ .PVCName }} {{- .PVName }}", "data-0pvc-1"],
    ["a {{-3}}", "a -3"],
  ])("%s → %s", (template, text) => expect(render(template)).toBe(text));
});

describe("anything else is refused, and never run", () => {
  test.each([
    ["{{ .PVCName", /}} is missing/],
    ["{{ }}", /a function is missing/],
    ["{{-.PVCName}}", /there is no function -.PVCName/],
    ["{{ .Secret }}", /there is no .Secret here, only .PVCName, .PVCNamespace, .PVName/],
    ["{{ .constructor }}", /there is no .constructor here/],
    ["{{ html .PVCName }}", /there is no function html/],
    ["{{ constructor .PVCName }}", /there is no function constructor/],
    ["{{ if .PVCName }}x{{ end }}", /there is no function if/],
    ['{{ .PVCName | field "-" 9 }}', /finds nothing/],
    ["{{ .PVCName | field 1 2 }}", /field takes string, number, string/],
    ["{{ .PVCName | }}", /a function is missing/],
    ['{{ .PVCName | contains "x }}', /quotation mark/],
    ["{{ .PVCName .PVName }}", /is no function/],
  ])("%s", (template, message) => expect(() => render(template)).toThrow(message));
});
