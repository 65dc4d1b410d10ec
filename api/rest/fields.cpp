#include "api/rest/fields.h"

#include <algorithm>

#include "api/rest/field_types.h"
#include "api/rest/python_text.h"
#include "core/json/writer.h"

namespace fajma::rest {
namespace {

constexpr char kRequired[] = "This field is required.";
constexpr char kMayNotBeNull[] = "This field may not be null.";
constexpr char kNotUnique[] = "This field must be unique.";

// A form cannot send null, and sends empty text for what was left out.
enum class FormMeaning { kAsSent, kNull, kNotSent };

FormMeaning MeaningInForm(const Field& field, json::Value sent, bool form) {
  if (!form || !sent.IsString() || !sent.AsString().empty()) return FormMeaning::kAsSent;
  if (field.allow_blank) return FormMeaning::kAsSent;
  if (field.nullable) return FormMeaning::kNull;
  return field.required ? FormMeaning::kAsSent : FormMeaning::kNotSent;
}

class Validation {
 public:
  Validation(const Lookups& lookups, ValidateOptions options) : lookups_(lookups), options_(options) {}

  void Check(const Field& field, json::Value input) {
    const std::optional<json::Value> sent = input.Find(field.name);
    const FormMeaning meaning = sent ? MeaningInForm(field, *sent, options_.form) : FormMeaning::kNotSent;
    if (meaning == FormMeaning::kNotSent) {
      if (field.required && !options_.partial) result_.errors.Add(field.name, kRequired);
      return;
    }
    const bool empty_key = field.type == FieldType::kKey && sent->IsString() && sent->AsString().empty();
    if (meaning == FormMeaning::kNull || sent->IsNull() || empty_key) {
      if (field.nullable) {
        result_.values.Set(field.name, std::monostate());
      } else {
        result_.errors.Add(field.name, kMayNotBeNull);
      }
      return;
    }
    CheckValue(field, *sent);
  }

  Validated Take() { return std::move(result_); }

 private:
  void CheckValue(const Field& field, json::Value sent) {
    std::vector<std::string> faults;
    std::optional<FieldValue> value = ReadField(field, sent, options_.form, faults);
    if (value && faults.empty()) LookUp(field, *value, faults);
    for (std::string& fault : faults) result_.errors.Add(field.name, std::move(fault));
    if (value && faults.empty()) result_.values.Set(field.name, std::move(*value));
  }

  void LookUp(const Field& field, const FieldValue& value, std::vector<std::string>& faults) {
    const auto* id = std::get_if<std::int64_t>(&value);
    if (field.type == FieldType::kKey && id != nullptr && lookups_.exists && !lookups_.exists(field, *id)) {
      faults.push_back("Invalid pk \"" + std::to_string(*id) + "\" - object does not exist.");
    }
    const auto* text = std::get_if<std::string>(&value);
    if (field.unique && text != nullptr && lookups_.is_taken && lookups_.is_taken(field, *text)) {
      faults.emplace_back(kNotUnique);
    }
    if (text != nullptr && lookups_.find_fault) {
      if (std::string fault = lookups_.find_fault(field, *text); !fault.empty()) faults.push_back(std::move(fault));
    }
  }

  const Lookups& lookups_;
  ValidateOptions options_;
  Validated result_;
};

constexpr std::string_view DescribeType(FieldType type) {
  switch (type) {
    case FieldType::kText:
    case FieldType::kMac:
    case FieldType::kIpAddress:
      return "string";
    case FieldType::kChoice:
      return "choice";
    case FieldType::kInteger:
      return "integer";
    case FieldType::kNumber:
      return "float";
    case FieldType::kBoolean:
      return "boolean";
    case FieldType::kDate:
      return "date";
    case FieldType::kDateTime:
      return "datetime";
    case FieldType::kObject:
      return "nested object";
    case FieldType::kKey:
    case FieldType::kJson:
      break;
  }
  return "field";
}

// "type_dispositif" → "Type dispositif"
std::string LabelOf(std::string_view name) {
  std::string label(name);
  std::replace(label.begin(), label.end(), '_', ' ');
  label[0] = static_cast<char>(label[0] - 'a' + 'A');
  return label;
}

void DescribeField(const Field& field, std::string& out) {
  json::ObjectWriter writer(out);
  writer.String("type", DescribeType(field.type));
  writer.Bool("required", field.required);
  writer.Bool("read_only", field.read_only);
  writer.String("label", field.name == "id" ? "ID" : LabelOf(field.name));
  if (field.max_length > 0) writer.Integer("max_length", field.max_length);
  if (field.min) writer.Integer("min_value", *field.min);
  if (field.max) writer.Integer("max_value", *field.max);
  if (!field.choices.empty()) {
    std::string& list = writer.Key("choices");
    for (std::size_t i = 0; i < field.choices.size(); ++i) {
      list += i == 0 ? '[' : ',';
      json::ObjectWriter choice(list);
      choice.String("value", field.choices[i]);
      choice.String("display_name", LabelOf(field.choices[i]));
      choice.End();
    }
    list += ']';
  }
  writer.End();
}

}  // namespace

const FieldValue* Values::Find(std::string_view name) const {
  const auto found =
      std::find_if(values_.begin(), values_.end(), [&](const auto& entry) { return entry.first == name; });
  return found == values_.end() ? nullptr : &found->second;
}

void FieldErrors::Add(std::string_view field, std::string message) {
  if (errors_.empty() || errors_.back().first != field) errors_.emplace_back(field, std::vector<std::string>());
  errors_.back().second.push_back(std::move(message));
}

std::string FieldErrors::ToJson() const {
  std::string out;
  json::ObjectWriter writer(out);
  for (const auto& [field, messages] : errors_) {
    std::string& list = writer.Key(field);
    for (std::size_t i = 0; i < messages.size(); ++i) {
      list += i == 0 ? '[' : ',';
      json::AppendJsonString(list, messages[i]);
    }
    list += ']';
  }
  writer.End();
  return out;
}

Validated Validate(std::span<const Field> fields, json::Value input, const Lookups& lookups, ValidateOptions options) {
  if (!input.IsObject()) {
    Validated refused;
    refused.errors.Add(kNonFieldErrors, input.IsNull() ? "No data provided"
                                                       : "Invalid data. Expected a dictionary, but got " +
                                                             std::string(PythonTypeName(input)) + ".");
    return refused;
  }
  Validation validation(lookups, options);
  for (const Field& field : fields) {
    if (!field.read_only) validation.Check(field, input);
  }
  return validation.Take();
}

std::string DescribeFields(std::span<const Field> fields) {
  std::string out;
  json::ObjectWriter writer(out);
  for (const Field& field : fields) DescribeField(field, writer.Key(field.name));
  writer.End();
  return out;
}

}  // namespace fajma::rest
