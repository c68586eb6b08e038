import { type VNode } from "preact";

export * from "preact";
export * from "preact/hooks";
export declare function html(strings: TemplateStringsArray, ...values: unknown[]): VNode;
