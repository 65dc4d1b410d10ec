#include "core/store/ref_cache.h"

#include <string>

#include "core/store/sql.h"

namespace fajma {

// A row that changes while it is read is read again: the generation is bumped after the change has been committed.
void RefCache::ForgetIfChanged() {
  const std::int64_t generation = database_.directory_generation();
  if (generation == generation_) return;
  patients_.clear();
  devices_.clear();
  generation_ = generation;
}

std::shared_ptr<const PatientRef> RefCache::Patient(Lease& lease, std::int64_t id) {
  {
    std::scoped_lock lock(mutex_);
    ForgetIfChanged();
    if (const auto known = patients_.find(id); known != patients_.end()) return known->second;
  }
  const std::int64_t generation = database_.directory_generation();
  auto patient = std::make_shared<PatientRef>();
  patient->id = id;
  Statement query(lease, "SELECT identifiant, salle FROM fajma_patient WHERE id = :id");
  query.Bind("id", id).Into(patient->identifier, patient->room).Next();
  std::scoped_lock lock(mutex_);
  if (generation == generation_) patients_.insert_or_assign(id, patient);
  return patient;
}

DeviceRef RefCache::Device(Lease& lease, std::int64_t id) {
  {
    std::scoped_lock lock(mutex_);
    ForgetIfChanged();
    if (const auto known = devices_.find(id); known != devices_.end()) return {id, known->second};
  }
  const std::int64_t generation = database_.directory_generation();
  std::string text;
  Statement query(lease, "SELECT adresse_mac FROM fajma_dispositivesiot WHERE id = :id");
  query.Bind("id", id).Into(text).Next();
  const Mac mac = Mac::ParseColons(text).value_or(Mac());
  std::scoped_lock lock(mutex_);
  if (generation == generation_) devices_.insert_or_assign(id, mac);
  return {id, mac};
}

}  // namespace fajma
