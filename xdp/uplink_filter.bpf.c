/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/* Which frames of an interface that the host and the switch share are the switch's. Those go to the AF_XDP
 * socket of their rx queue, all others to the kernel, untouched. The choice is by address, never by MAC: both
 * may use the same one. The whole table with the reasons: docs/uplink.md.
 *
 *   frame                                                          whose
 *   IPv4 or IPv6, destination in the sets (any fragment, options)  switch
 *   ARP, target or sender in the set                               switch
 *   neighbour solicitation or advertisement, target in the set     switch
 *   UDP 4789 to the tunnel endpoint, not a fragment                switch
 *   VLAN id other than 0; cut short; everything else               kernel
 *
 * Needs Linux 5.18 (bpf_xdp_load_bytes; inner hash maps of any size since 5.10), and to load it CAP_BPF and
 * CAP_NET_ADMIN. */

#include "uplink_contract.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include <linux/in6.h>
#include <linux/ipv6.h>

struct {
  __uint(type, BPF_MAP_TYPE_XSKMAP);
  __uint(max_entries, UPLINK_MAX_QUEUES);
  __type(key, __u32);
  __type(value, __u32);
} xsks_map SEC(".maps");

/* The inner maps stand here for their shape; those in use are made by control/xdp. (clang leaves the members
 * of in6_addr out of the type information of an inner map, hence the sizes.) */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 1);
  __type(key, __u32);
  __array(
      values, struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 1);
        __type(key, __be32);
        __type(value, __u32);
      });
} vsw_ipv4 SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 1);
  __type(key, __u32);
  __array(
      values, struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 1);
        __uint(key_size, sizeof(struct in6_addr));
        __uint(value_size, sizeof(__u32));
      });
} vsw_ipv6 SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, UPLINK_VERDICT_COUNT);
  __type(key, __u32);
  __type(value, struct uplink_count);
} vsw_counts SEC(".maps");

/* RFC 826 for Ethernet and IPv4. */
struct arp_ethernet_ipv4 {
  __be16 hardware_type;
  __be16 protocol_type;
  __u8 hardware_length;
  __u8 protocol_length;
  __be16 operation;
  __u8 sender_mac[ETH_ALEN];
  __be32 sender_ip;
  __u8 target_mac[ETH_ALEN];
  __be32 target_ip;
} __attribute__((packed));

struct vlan_tag {
  __be16 control;
  __be16 type;
};

/* RFC 8200 4.2: what all extension headers begin with. */
struct extension_header {
  __u8 next_header;
  __u8 length; /* in 8 bytes, without the first 8 */
};

/* RFC 4861 4.3 and 4.4: as far as solicitation and advertisement are alike. */
struct neighbour_discovery {
  __u8 type;
  __u8 code;
  __be16 checksum;
  __be32 flags;
  struct in6_addr target;
};

enum {
  ETHERNET_ARP = 1,
  VLAN_ID_MASK = 0x0fff,
  VXLAN_PORT = 4789,      /* RFC 7348 5 */
  FRAGMENT_MASK = 0x3fff, /* RFC 791 3.1: "more fragments" and the offset */
  NEIGHBOUR_SOLICIT = 135,
  NEIGHBOUR_ADVERT = 136,
};

/* Where the reading of a frame stands. */
struct cursor {
  struct xdp_md* context;
  void* at;
  void* end;
  __u32 offset; /* of `at` */
};

/* Whether there is a whole header at the cursor, which is moved behind it. A pointer into the packet is
 * compared with the end alone: the verifier forbids comparing it with null unless the loader has CAP_PERFMON.
 */
#define TAKE(cursor, header)                 \
  ((header) = (cursor)->at,                  \
   (void*)((header) + 1) <= (cursor)->end && \
       ((cursor)->at = (void*)((header) + 1), (cursor)->offset += sizeof *(header), 1))

/* A copy of the bytes at an offset that is known only now. Nor may a pointer into the packet move by such an
 * offset. */
static __always_inline int has(const struct cursor* cursor, __u32 offset, void* copy, __u32 size) {
  return bpf_xdp_load_bytes(cursor->context, offset, copy, size) == 0;
}

static __always_inline __u32 use_of(void* sets, const void* address) {
  const __u32 first = 0;
  void* set = bpf_map_lookup_elem(sets, &first);
  if (!set) return 0;
  const __u32* use = bpf_map_lookup_elem(set, address);
  return use ? *use : 0;
}

static __always_inline enum uplink_verdict judge_udp(const struct cursor* cursor, __u32 offset,
                                                     enum uplink_verdict otherwise) {
  struct udphdr udp;
  if (!has(cursor, offset, &udp, sizeof udp)) return UPLINK_VERDICT_truncated;
  return udp.dest == bpf_htons(VXLAN_PORT) ? UPLINK_VERDICT_vxlan : otherwise;
}

static __always_inline enum uplink_verdict judge_ipv4(struct cursor* cursor) {
  const __u32 start = cursor->offset;
  const struct iphdr* ip;
  if (!TAKE(cursor, ip)) return UPLINK_VERDICT_truncated;
  if (ip->version != 4) return UPLINK_VERDICT_malformed;
  const __be32 destination = ip->daddr;
  const __u32 use = use_of(&vsw_ipv4, &destination);
  /* Every fragment has the destination; the switch says what it thinks of options and lengths. */
  if (use & UPLINK_USE_ALL) return UPLINK_VERDICT_ipv4;
  if (!(use & UPLINK_USE_VXLAN) || ip->protocol != IPPROTO_UDP) return UPLINK_VERDICT_other_ipv4;
  /* Only the first fragment has the port, and tunnel endpoints must not fragment (RFC 7348 4.3). */
  if (ip->frag_off & bpf_htons(FRAGMENT_MASK)) return UPLINK_VERDICT_other_ipv4;
  if (ip->ihl < 5) return UPLINK_VERDICT_malformed;
  return judge_udp(cursor, start + ip->ihl * 4, UPLINK_VERDICT_other_ipv4);
}

static __always_inline enum uplink_verdict judge_icmpv6(const struct cursor* cursor, __u32 offset) {
  struct neighbour_discovery nd;
  if (!has(cursor, offset, &nd.type, sizeof nd.type)) return UPLINK_VERDICT_truncated;
  if (nd.type != NEIGHBOUR_SOLICIT && nd.type != NEIGHBOUR_ADVERT) return UPLINK_VERDICT_other_ipv6;
  if (!has(cursor, offset, &nd, sizeof nd)) return UPLINK_VERDICT_truncated;
  return use_of(&vsw_ipv6, &nd.target) & UPLINK_USE_ALL ? UPLINK_VERDICT_nd_target
                                                        : UPLINK_VERDICT_other_ipv6;
}

static __always_inline int is_passed_over(__u8 header) {
  return header == IPPROTO_HOPOPTS || header == IPPROTO_ROUTING || header == IPPROTO_DSTOPTS;
}

static __always_inline enum uplink_verdict judge_ipv6(struct cursor* cursor) {
  const struct ipv6hdr* ip;
  if (!TAKE(cursor, ip)) return UPLINK_VERDICT_truncated;
  if (ip->version != 6) return UPLINK_VERDICT_malformed;
  const struct in6_addr destination = ip->daddr;
  const __u32 use = use_of(&vsw_ipv6, &destination);
  if (use & UPLINK_USE_ALL) return UPLINK_VERDICT_ipv6;

  /* A fragment header ends the walk: neighbour discovery is never fragmented (RFC 6980 5), VXLAN must not be.
   */
  __u8 next = ip->nexthdr;
  __u32 offset = cursor->offset;
  for (int i = 0; i < UPLINK_MAX_EXTENSIONS && is_passed_over(next); ++i) {
    struct extension_header extension;
    if (!has(cursor, offset, &extension, sizeof extension)) return UPLINK_VERDICT_truncated;
    next = extension.next_header;
    offset += (extension.length + 1) * 8;
  }
  if (next == IPPROTO_ICMPV6) return judge_icmpv6(cursor, offset);
  if (next == IPPROTO_UDP && (use & UPLINK_USE_VXLAN))
    return judge_udp(cursor, offset, UPLINK_VERDICT_other_ipv6);
  return UPLINK_VERDICT_other_ipv6;
}

static __always_inline enum uplink_verdict judge_arp(struct cursor* cursor) {
  const struct arp_ethernet_ipv4* arp;
  if (!TAKE(cursor, arp)) return UPLINK_VERDICT_truncated;
  if (arp->hardware_type != bpf_htons(ETHERNET_ARP) || arp->protocol_type != bpf_htons(ETH_P_IP) ||
      arp->hardware_length != ETH_ALEN || arp->protocol_length != sizeof(__be32)) {
    return UPLINK_VERDICT_other_arp;
  }
  const __be32 target = arp->target_ip, sender = arp->sender_ip;
  if (use_of(&vsw_ipv4, &target) & UPLINK_USE_ALL) return UPLINK_VERDICT_arp_target;
  if (use_of(&vsw_ipv4, &sender) & UPLINK_USE_ALL) return UPLINK_VERDICT_arp_sender;
  return UPLINK_VERDICT_other_arp;
}

static __always_inline int is_tag(__be16 type) {
  return type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD);
}

static __always_inline enum uplink_verdict judge(struct cursor* cursor) {
  const struct ethhdr* ethernet;
  if (!TAKE(cursor, ethernet)) return UPLINK_VERDICT_truncated;
  __be16 type = ethernet->h_proto;
  for (int i = 0; i < UPLINK_MAX_TAGS && is_tag(type); ++i) {
    const struct vlan_tag* tag;
    if (!TAKE(cursor, tag)) return UPLINK_VERDICT_truncated;
    if (tag->control & bpf_htons(VLAN_ID_MASK)) return UPLINK_VERDICT_tagged;
    type = tag->type;
  }
  if (type == bpf_htons(ETH_P_IP)) return judge_ipv4(cursor);
  if (type == bpf_htons(ETH_P_IPV6)) return judge_ipv6(cursor);
  if (type == bpf_htons(ETH_P_ARP)) return judge_arp(cursor);
  return is_tag(type) ? UPLINK_VERDICT_tagged : UPLINK_VERDICT_other_type;
}

static __always_inline int is_for_switch(enum uplink_verdict verdict) {
  switch (verdict) {
#define SWITCH 1
#define KERNEL 0
#define UPLINK_VERDICT_SIDE(name, side, help) \
  case UPLINK_VERDICT_##name:                 \
    return side;
    UPLINK_VERDICTS(UPLINK_VERDICT_SIDE)
#undef UPLINK_VERDICT_SIDE
#undef SWITCH
#undef KERNEL
    default:
      return 0;
  }
}

SEC("xdp")
int vipswitch_xdp(struct xdp_md* context) {
  struct cursor cursor = {context, (void*)(long)context->data, (void*)(long)context->data_end, 0};
  const __u32 verdict = judge(&cursor);
  int action = XDP_PASS;
  if (is_for_switch(verdict)) action = bpf_redirect_map(&xsks_map, context->rx_queue_index, XDP_PASS);

  struct uplink_count* count = bpf_map_lookup_elem(&vsw_counts, &verdict);
  if (count) {
    ++count->frames;
    if (is_for_switch(verdict) && action != XDP_REDIRECT) ++count->without_socket;
  }
  return action;
}

char _license[] SEC("license") = "Dual BSD/GPL";
