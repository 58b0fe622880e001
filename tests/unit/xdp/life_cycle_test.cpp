// Attaching, adopting and letting go, on an interface of the kernel's.

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <functional>
#include <gmock/gmock.h>
#include <linux/capability.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/private_network.h"
#include "tests/unit/xdp/xdp_bed.h"

namespace vipswitch::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using xdp::AttachMode;
using xdp::UplinkFilter;
using xdp::UplinkLease;

constexpr xdp::FilterCapacities kSmall{4, 4};

// In a process of its own, which ends without a destructor being called; what it returned.
int in_child(const std::function<int()>& work) {
  const pid_t child = fork();
  if (child == 0) _exit(work());
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

bool keep_capabilities(std::uint64_t kept) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
  for (unsigned i = 0; i < 2; ++i) {
    data[i].effective = data[i].permitted = static_cast<std::uint32_t>(kept >> (32 * i));
  }
  return syscall(SYS_capset, &header, data) == 0;
}

constexpr std::uint64_t bit(unsigned capability) {
  return std::uint64_t{1} << capability;
}

xdp::Descriptor load_foreign() {
  constexpr bpf_insn kPass[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .src_reg = 0, .off = 0, .imm = XDP_PASS},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
  };
  return xdp::Descriptor(
      bpf_prog_load(BPF_PROG_TYPE_XDP, "somebody_elses", "GPL", kPass, std::size(kPass), nullptr));
}

class LifeCycle : public XdpBed {
 protected:
  static int index() { return static_cast<int>(if_nametoindex(kUplink)); }
  static std::string refusal() {
    const auto lease = UplinkLease::take(kUplink);
    return lease.ok() ? "taken" : lease.error().message;
  }
  static int attach_and_forget() {
    auto lease = UplinkLease::take(kUplink);
    if (!lease.ok()) return 1;
    auto filter = UplinkFilter::attach(std::move(lease).value(), built_object(), {}, kSmall);
    if (!filter.ok()) return 2;
    return std::move(filter).value().release() != nullptr ? 0 : 3;
  }
  // As net_af_xdp does with xdp_prog=: the object stays open, nobody is told of its descriptors.
  void load_as_a_driver() {
    object = bpf_object__open_file(built_object().c_str(), nullptr);
    ASSERT_NE(object, nullptr);
    ASSERT_EQ(bpf_object__load(object), 0);
    const int fd = bpf_program__fd(bpf_object__find_program_by_name(object, UPLINK_PROGRAM_NAME));
    ASSERT_EQ(bpf_xdp_attach(index(), fd, XDP_FLAGS_UPDATE_IF_NOEXIST, nullptr), 0);
  }
  void TearDown() override {
    bpf_object__close(object);
    XdpBed::TearDown();
  }

  bpf_object* object = nullptr;
};

TEST_F(LifeCycle, AttachedFilterIsWhatTheKernelHas) {
  const auto filter = attach();
  ASSERT_NE(filter, nullptr);
  const auto status = filter->status().value();
  EXPECT_EQ(status.program_id, attached_program());
  EXPECT_TRUE(status.is_attached);
  EXPECT_EQ(status.mode, AttachMode::kNative);
  EXPECT_EQ(status.interface, kUplink);
  EXPECT_EQ(status.tag.size(), 16U);
}

TEST_F(LifeCycle, DestroyedFilterLeavesNothing) {
  attach().reset();
  EXPECT_EQ(attached_program(), 0U);
  EXPECT_EQ(refusal(), "taken");
}

TEST_F(LifeCycle, GenericModeIsUsedWhereAsked) {
  auto filter =
      UplinkFilter::attach(UplinkLease::take(kUplink).value(), built_object(), AttachMode::kGeneric, kSmall);
  ASSERT_TRUE(filter.ok()) << filter.error().message;
  EXPECT_EQ(filter.value()->status().value().mode, AttachMode::kGeneric);
  bpf_xdp_query_opts found{};
  found.sz = sizeof found;
  ASSERT_EQ(bpf_xdp_query(index(), 0, &found), 0);
  EXPECT_EQ(found.attach_mode, XDP_ATTACHED_SKB);
  std::move(filter).value().reset();
  EXPECT_EQ(attached_program(), 0U);
}

TEST_F(LifeCycle, InterfaceWithoutDriverSupportGetsGenericMode) {
  ASSERT_TRUE(run_command({"ip", "link", "add", "plain", "type", "bridge"}));
  auto lease = UplinkLease::take("plain");
  ASSERT_TRUE(lease.ok()) << lease.error().message;
  const auto filter = UplinkFilter::attach(std::move(lease).value(), built_object(), {}, kSmall);
  ASSERT_TRUE(filter.ok()) << filter.error().message;
  EXPECT_EQ(filter.value()->mode(), AttachMode::kGeneric);
  run_command({"ip", "link", "del", "plain"});
}

TEST_F(LifeCycle, MissingInterfaceIsRefused) {
  const auto lease = UplinkLease::take("absent0");
  ASSERT_FALSE(lease.ok());
  EXPECT_EQ(lease.error().code, ErrorCode::device);
  EXPECT_THAT(lease.error().message, HasSubstr("uplink absent0: no such interface"));
}

TEST_F(LifeCycle, ForeignProgramIsRefusedAndStays) {
  const auto foreign = load_foreign();
  ASSERT_EQ(bpf_xdp_attach(index(), foreign.get(), 0, nullptr), 0);
  const auto id = attached_program();
  EXPECT_THAT(refusal(), AllOf(HasSubstr("uplink uplink: has the XDP program somebody_elses"),
                               HasSubstr("expected none")));
  EXPECT_EQ(attached_program(), id);
}

TEST_F(LifeCycle, LeftoverOfAKilledSwitchIsReplaced) {
  ASSERT_EQ(in_child([] { return attach_and_forget(); }), 0);
  const auto leftover = attached_program();
  ASSERT_NE(leftover, 0U);
  auto lease = UplinkLease::take(kUplink);
  ASSERT_TRUE(lease.ok()) << lease.error().message;
  EXPECT_TRUE(lease.value().has_removed_leftover());
  EXPECT_EQ(attached_program(), 0U);
}

TEST_F(LifeCycle, RunningSwitchKeepsItsUplink) {
  const auto filter = attach();
  ASSERT_NE(filter, nullptr);
  EXPECT_THAT(refusal(), HasSubstr("is the uplink of another switch that runs"));
  EXPECT_TRUE(filter->status().value().is_attached);
}

TEST_F(LifeCycle, ProgramThatCameInItsPlaceStays) {
  auto filter = attach();
  ASSERT_NE(filter, nullptr);
  const auto foreign = load_foreign();
  ASSERT_EQ(bpf_xdp_attach(index(), foreign.get(), XDP_FLAGS_DRV_MODE, nullptr), 0);
  EXPECT_FALSE(filter->status().value().is_attached);
  const auto id = attached_program();
  filter.reset();
  EXPECT_EQ(attached_program(), id);
}

TEST_F(LifeCycle, ProgramOfADriverIsAdopted) {
  auto lease = UplinkLease::take(kUplink);
  ASSERT_TRUE(lease.ok());
  load_as_a_driver();
  auto filter = UplinkFilter::adopt(std::move(lease).value(), kSmall);
  ASSERT_TRUE(filter.ok()) << filter.error().message;
  ASSERT_TRUE(filter.value()->add(std::vector{Ipv4(203, 0, 113, 1)}).ok());
  const auto status = filter.value()->status().value();
  EXPECT_TRUE(status.is_attached);
  EXPECT_EQ(status.ipv4.size, 1U);
  EXPECT_EQ(status.ipv4.capacity, 4U);
  std::move(filter).value().reset();
  EXPECT_EQ(attached_program(), 0U);
}

TEST_F(LifeCycle, DriverThatDetachesByItselfIsNoTrouble) {
  auto lease = UplinkLease::take(kUplink);
  ASSERT_TRUE(lease.ok());
  load_as_a_driver();
  auto filter = UplinkFilter::adopt(std::move(lease).value(), kSmall);
  ASSERT_TRUE(filter.ok());
  ASSERT_EQ(bpf_xdp_detach(index(), XDP_FLAGS_UPDATE_IF_NOEXIST, nullptr), 0);
  EXPECT_FALSE(filter.value()->status().value().is_attached);
}

TEST_F(LifeCycle, DriverWithoutTheProgramIsRefused) {
  auto lease = UplinkLease::take(kUplink);
  ASSERT_TRUE(lease.ok());
  const auto filter = UplinkFilter::adopt(std::move(lease).value(), kSmall);
  ASSERT_FALSE(filter.ok());
  EXPECT_THAT(filter.error().message, AllOf(HasSubstr("has no XDP program"), HasSubstr("xdp_prog=")));
}

TEST_F(LifeCycle, DriverWithAnotherProgramIsRefused) {
  auto lease = UplinkLease::take(kUplink);
  ASSERT_TRUE(lease.ok());
  const auto foreign = load_foreign();
  ASSERT_EQ(bpf_xdp_attach(index(), foreign.get(), 0, nullptr), 0);
  const auto filter = UplinkFilter::adopt(std::move(lease).value(), kSmall);
  ASSERT_FALSE(filter.ok());
  EXPECT_THAT(filter.error().message, HasSubstr("somebody_elses) is not vipswitch_xdp of this process"));
  EXPECT_NE(attached_program(), 0U);
}

TEST_F(LifeCycle, MissingObjectIsNamed) {
  const auto filter =
      UplinkFilter::attach(UplinkLease::take(kUplink).value(), "/nowhere/x.bpf.o", {}, kSmall);
  ASSERT_FALSE(filter.ok());
  EXPECT_THAT(filter.error().message, HasSubstr("cannot read the XDP program /nowhere/x.bpf.o"));
}

TEST_F(LifeCycle, ProcessWithoutRightsIsTold) {
  EXPECT_EQ(
      in_child([] {
        if (!keep_capabilities(0)) return 2;
        return refusal().find("expected CAP_BPF, CAP_NET_ADMIN and CAP_NET_RAW") != std::string::npos ? 0 : 1;
      }),
      0);
}

TEST_F(LifeCycle, ThreeCapabilitiesAreEnough) {
  constexpr auto kKept = bit(CAP_BPF) | bit(CAP_NET_ADMIN) | bit(CAP_NET_RAW);
  EXPECT_EQ(in_child([] {
              if (!keep_capabilities(kKept)) return 2;
              auto lease = UplinkLease::take(kUplink);
              if (!lease.ok()) return 3;
              auto filter = UplinkFilter::attach(std::move(lease).value(), built_object(), {}, kSmall);
              if (!filter.ok()) return 4;
              if (!filter.value()->add(std::vector{Ipv4(203, 0, 113, 1)}).ok()) return 5;
              return filter.value()->status().ok() ? 0 : 6;
            }),
            0);
}

// Whose program it is cannot be asked without CAP_SYS_ADMIN, so it is not touched.
TEST_F(LifeCycle, LeftoverThatCannotBeRecognisedStays) {
  ASSERT_EQ(in_child([] { return attach_and_forget(); }), 0);
  EXPECT_EQ(in_child([] {
              if (!keep_capabilities(bit(CAP_BPF) | bit(CAP_NET_ADMIN) | bit(CAP_NET_RAW))) return 2;
              return refusal().find("ip link set dev uplink xdp off") != std::string::npos ? 0 : 1;
            }),
            0);
  EXPECT_NE(attached_program(), 0U);
}

}  // namespace
}  // namespace vipswitch::testing
