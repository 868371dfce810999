/** How many volumes a type takes, as AWS's own driver knows it from EC2. */
export const attachLimits: readonly (readonly [kind: "shared" | "dedicated", volumes: number, types: string])[] = [
  ["shared", 27, "m5.large m5.24xlarge c6i.32xlarge t3.nano c7g.large c7gn.16xlarge m7g.16xlarge r7g.medium"],
  ["shared", 27, "hpc7g.16xlarge u-6tb1.56xlarge"],
  ["shared", 26, "c5d.9xlarge m7gd.8xlarge r6idn.large i4i.4xlarge z1d.6xlarge x2idn.16xlarge"],
  ["shared", 25, "m5dn.12xlarge r7gd.16xlarge g4dn.16xlarge g5.xlarge trn1.2xlarge"],
  ["shared", 31, "m5.metal c7g.metal i3.metal mac-m4.metal"],
  ["shared", 28, "dl1.24xlarge inf2.48xlarge trn1n.32xlarge"],
  ["shared", 9, "g5.48xlarge"],
  ["shared", 3, "d3.8xlarge d3en.12xlarge"],
  ["shared", 10, "mac2.metal mac2-m2pro.metal"],
  [
    "dedicated",
    39,
    "m4.large t2.micro g3s.xlarge g3.16xlarge x1e.32xlarge c7i.metal-24xl i8ge.metal-24xl r7iz.metal-16xl",
  ],
  ["dedicated", 32, "m7i.large m7i.12xlarge c7i-flex.8xlarge x8g.medium i8g.large g6.xlarge gr6.8xlarge f2.6xlarge"],
  ["dedicated", 48, "m7a.16xlarge i7ie.18xlarge c8gd.16xlarge c7i-flex.16xlarge"],
  ["dedicated", 64, "r7i.24xlarge m8gn.48xlarge p5en.48xlarge trn2.48xlarge m8a.metal-24xl c8i.metal-48xl"],
  ["dedicated", 88, "m7a.32xlarge r7iz.32xlarge x8i.32xlarge"],
  ["dedicated", 128, "m8g.48xlarge x8i.96xlarge u7i-12tb.224xlarge x8aedz.24xlarge g7e.48xlarge"],
  ["dedicated", 79, "m7i.metal-48xl r8i.metal-96xl r7iz.metal-32xl x8aedz.metal-24xl"],
  ["dedicated", 27, "hpc7a.96xlarge"],
  ["dedicated", 28, "p4d.24xlarge"],
  // what is not out yet is taken to be like the generation before
  ["dedicated", 32, "m9g.large c10i.4xlarge"],
];
