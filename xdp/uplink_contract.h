/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/* What the XDP program of a shared uplink and the switch agree on: names, keys and values of the maps, and
 * the verdicts. For C (the program) and C++ (control/xdp). Addresses are in network order, numbers in host
 * order.
 *
 *   xsks_map    XSKMAP                  rx queue -> AF_XDP socket; DPDK's net_af_xdp looks for this name
 *   vsw_ipv4    array of maps, 1 entry  0 -> hash set of IPv4 addresses -> enum uplink_use
 *   vsw_ipv6    array of maps, 1 entry  0 -> hash set of IPv6 addresses -> enum uplink_use
 *   vsw_counts  per-CPU array           enum uplink_verdict -> struct uplink_count
 *
 * The two sets are maps inside maps because DPDK loads the file as it is: whoever runs the program makes the
 * sets, as large as the configuration says, and puts them in. Until then everything is the kernel's. */

#pragma once

#include <linux/types.h>

/* Names of programs and maps have at most 15 characters (BPF_OBJ_NAME_LEN). */
#define UPLINK_PROGRAM_NAME "vipswitch_xdp"
#define UPLINK_SOCKETS_NAME "xsks_map"
#define UPLINK_IPV4_NAME "vsw_ipv4"
#define UPLINK_IPV6_NAME "vsw_ipv6"
#define UPLINK_COUNTS_NAME "vsw_counts"

enum uplink_limit {
  UPLINK_MAX_QUEUES = 256,
  UPLINK_MAX_TAGS = 2,       /* priority tags that are looked through, as dataplane/stage/parse does */
  UPLINK_MAX_EXTENSIONS = 8, /* extension headers of IPv6 that are looked through */
};

/* What the switch wants of an address; bits. */
enum uplink_use {
  UPLINK_USE_ALL = 1,   /* everything that is sent to it: an EIP, or an address of the switch itself */
  UPLINK_USE_VXLAN = 2, /* VXLAN alone; the rest is the host's, whose address it is too */
};

/* Every frame gets exactly one: X(name, whose frame it is, meaning). */
#define UPLINK_VERDICTS(X)                                                      \
  X(ipv4, SWITCH, "IPv4 to an address of the switch")                           \
  X(ipv6, SWITCH, "IPv6 to an address of the switch")                           \
  X(arp_target, SWITCH, "ARP that asks or tells an address of the switch")      \
  X(arp_sender, SWITCH, "ARP from somebody else with an address of the switch") \
  X(nd_target, SWITCH, "neighbour discovery about an address of the switch")    \
  X(vxlan, SWITCH, "VXLAN to the tunnel endpoint")                              \
  X(other_ipv4, KERNEL, "IPv4 to any other address")                            \
  X(other_ipv6, KERNEL, "IPv6 to any other address")                            \
  X(other_arp, KERNEL, "ARP between others, or not of Ethernet and IPv4")       \
  X(other_type, KERNEL, "neither IPv4, IPv6 nor ARP")                           \
  X(tagged, KERNEL, "with a VLAN id, or with more priority tags than two")      \
  X(truncated, KERNEL, "ends before what would decide")                         \
  X(malformed, KERNEL, "an IP version that is not the EtherType's")

enum uplink_verdict {
#define UPLINK_VERDICT_NUMBER(name, side, help) UPLINK_VERDICT_##name,
  UPLINK_VERDICTS(UPLINK_VERDICT_NUMBER)
#undef UPLINK_VERDICT_NUMBER
      UPLINK_VERDICT_COUNT,
};

struct uplink_count {
  __u64 frames;
  /* Of them, the switch's that the kernel got, since no socket was open on their queue. */
  __u64 without_socket;
};
