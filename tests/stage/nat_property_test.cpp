// Random packets through EIP in and out, against a translation that computes every checksum from scratch.

#include <cstdlib>

#include "tests/stage/random_frames.h"
#include "tests/stage/shop6.h"
#include "tests/stage/slow_translation.h"
#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

using ::testing::Each;
using ::testing::StartsWith;
using W = ShopWorld;
using W6 = ShopWorld6;

constexpr std::uint8_t kVrrp = 112;
constexpr std::size_t kProtocolOfIpv4 = 14 + 9;
constexpr unsigned kBurst = 50;

// In each direction of each family.
unsigned packet_count() {
  const char* count = std::getenv("VIPSWITCH_PROPERTY_PACKETS");
  return count != nullptr ? static_cast<unsigned>(std::atoi(count)) : 5'000;
}

class NatProperty : public Shop6Test {
 protected:
  NatProperty() {
    elect(kVm1);
    elect6(kVm1);
  }

  // `make` gives a packet and what must become of it.
  template <class Make>
  void hold_against_reference(std::string_view ingress, std::string_view egress, Make&& make) {
    const unsigned count = packet_count();
    unsigned sent_count = 0;
    for (unsigned done = 0; done < count; done += kBurst) {
      std::vector<Frame> burst;
      std::vector<Sent> expected;
      for (unsigned i = 0; i < kBurst; ++i) {
        auto [frame, translated] = make();
        burst.push_back(frame);
        if (translated) expected.push_back({std::string(egress), *translated});
      }
      auto sent = inject(ingress, burst);
      // Senders of what has no hop left are told; gateway_error_test.cpp holds what.
      std::erase_if(sent, [&](const Sent& answer) {
        const bool is_told = answer.port == ingress;
        // What is quoted is wrong where the random packet was.
        if (is_told) {
          EXPECT_THAT(verify_checksums(answer.frame).wrong, Each(StartsWith("quoted ")));
        }
        return is_told;
      });
      ASSERT_EQ(sent, expected) << "packets from " << done;
      sent_count += static_cast<unsigned>(expected.size());
    }
    EXPECT_GT(sent_count, count / 2);
    EXPECT_LT(sent_count, count);
  }

  template <class Address>
  void hold_inwards(std::uint64_t seed, const Address& eip, const Address& inner,
                    Address (RandomFrames::*host)()) {
    RandomFrames random(seed);
    hold_against_reference(kUplink, kVm1.port, [&] {
      Frame frame = random.packet(W::kUplinkMac, W::kRouterMac, (random.*host)(), eip);
      auto expected = translate_slowly(frame, {kVm1.mac, kGatewayMac}, Translated::kDestination, eip, inner);
      return std::pair(std::move(frame), std::move(expected));
    });
  }
  template <class Address>
  void hold_outwards(std::uint64_t seed, const Address& eip, const Address& inner,
                     Address (RandomFrames::*host)()) {
    RandomFrames random(seed);
    hold_against_reference(kVm1.port, kUplink, [&] {
      Frame frame = random.packet(kGatewayMac, kVm1.mac, inner, (random.*host)());
      auto expected =
          translate_slowly(frame, {W::kRouterMac, W::kUplinkMac}, Translated::kSource, inner, eip);
      return std::pair(std::move(frame), std::move(expected));
    });
  }
  // Out by one EIP and in by another, with one hop.
  template <class Address>
  void hold_hairpin(std::uint64_t seed, const Address& source, const Address& source_eip, const Address& eip,
                    const Address& inner) {
    RandomFrames random(seed);
    hold_against_reference(kVm3.port, kVm1.port, [&] {
      Frame frame;
      do {  // what may be an advert is judged before it is translated
        frame = random.packet(kGatewayMac, kVm3.mac, source, eip);
      } while (std::is_same_v<Address, Ipv4> && frame[kProtocolOfIpv4] == kVrrp);
      const EthernetFields macs{kVm1.mac, kGatewayMac};
      auto expected = translate_slowly(frame, macs, Translated::kSource, source, source_eip);
      if (expected) {
        add_hop(*expected);
        expected = translate_slowly(*std::move(expected), macs, Translated::kDestination, eip, inner);
      }
      return std::pair(std::move(frame), std::move(expected));
    });
  }
};

TEST_F(NatProperty, InwardsEqualsTranslationFromScratch) {
  hold_inwards(1, W::kFrontEip, W::kFront, &RandomFrames::internet_host);
}

TEST_F(NatProperty, OutwardsEqualsTranslationFromScratch) {
  hold_outwards(2, W::kFrontEip, W::kFront, &RandomFrames::internet_host);
}

TEST_F(NatProperty, HairpinEqualsBothTranslationsFromScratch) {
  hold_hairpin(3, W::kVm3Ip, W::kVm3Eip, W::kFrontEip, W::kFront);
}

TEST_F(NatProperty, Ipv6InwardsEqualsTranslationFromScratch) {
  hold_inwards(4, W6::kFrontEip, W6::kFront, &RandomFrames::internet_host6);
}

TEST_F(NatProperty, Ipv6OutwardsEqualsTranslationFromScratch) {
  hold_outwards(5, W6::kFrontEip, W6::kFront, &RandomFrames::internet_host6);
}

TEST_F(NatProperty, Ipv6HairpinEqualsBothTranslationsFromScratch) {
  hold_hairpin(6, W6::kVm3Ip, W6::kVm3Eip, W6::kFrontEip, W6::kFront);
}

}  // namespace
}  // namespace vipswitch::testing
