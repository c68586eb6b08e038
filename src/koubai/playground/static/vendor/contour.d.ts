export * from "d3-contour";
