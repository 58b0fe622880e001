#include "tests/stage/exact_frames.h"

#include <algorithm>
#include <memory>
#include <rte_mbuf.h>
#include <stdexcept>

#include "control/publish/registry.h"
#include "dataplane/pipeline.h"

namespace vipswitch::testing {
namespace {

// What the mbuf points at instead of its own room.
struct ExactBuffer {
  rte_mbuf_ext_shared_info shared{};
  std::unique_ptr<std::uint8_t[]> bytes;
};

void free_buffer(void*, void* buffer) {
  delete static_cast<ExactBuffer*>(buffer);
}

void attach_exactly(rte_mbuf* mbuf, const Frame& frame) {
  auto buffer = std::make_unique<ExactBuffer>();
  const auto size = static_cast<std::uint16_t>(frame.size());
  buffer->bytes.reset(new std::uint8_t[size]);
  std::copy(frame.begin(), frame.end(), buffer->bytes.get());
  buffer->shared.free_cb = free_buffer;
  buffer->shared.fcb_opaque = buffer.get();
  rte_mbuf_ext_refcnt_set(&buffer->shared, 1);
  rte_pktmbuf_attach_extbuf(mbuf, buffer->bytes.get(), RTE_BAD_IOVA, size, &buffer->shared);
  mbuf->data_len = size;
  mbuf->pkt_len = size;
  buffer.release();  // free_buffer() has it back
}

const PortRow* row_of(InProcessSwitch& vswitch, std::string_view port) {
  const Registry& registry = vswitch.control().tables().registry();
  const PortId id = port == kUplinkName ? registry.uplink->id : registry.ports.find(port)->second.id;
  return vswitch.tables().ports.find(id);
}

}  // namespace

void fill_exactly(InProcessSwitch& vswitch, Batch& batch, std::string_view port,
                  const std::vector<Frame>& frames) {
  if (frames.size() > kMaxBurst) throw std::runtime_error("more frames than a burst holds");
  batch.count = 0;
  batch.ingress = row_of(vswitch, port);
  batch.received_tsc = 1;
  for (const Frame& frame : frames) {
    rte_mbuf* mbuf = rte_pktmbuf_alloc(vswitch.worker().pool);
    if (mbuf == nullptr) throw std::runtime_error("no mbuf");
    attach_exactly(mbuf, frame);
    batch.packets[batch.count++].mbuf = mbuf;
  }
}

void begin_burst(InProcessSwitch& vswitch, const Batch& batch) {
  vswitch.worker().now_ms = vswitch.now();
  vswitch.worker().counters.rx.add(batch.count);
}

std::vector<Sent> inject_exactly(InProcessSwitch& vswitch, std::string_view port,
                                 const std::vector<Frame>& frames) {
  Batch batch;
  fill_exactly(vswitch, batch, port, frames);
  begin_burst(vswitch, batch);
  run_pipeline(vswitch.worker(), batch);
  vswitch.control().drain_events();
  return vswitch.take_sent();
}

}  // namespace vipswitch::testing
