"""confluent-kafka's client and serializers for Python against a schema registry and a log: confluent_python.py REGISTRY BOOTSTRAP"""

import json
import sys
import traceback
import uuid

from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic
from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient, ServerConfig, record_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.common.schema_registry_client import ConfigCompatibilityLevel
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

registry_url, bootstrap = sys.argv[1:]
registry = SchemaRegistryClient({"url": registry_url})
admin = AdminClient({"bootstrap.servers": bootstrap})
run = uuid.uuid4().hex[:8]
results = {"passed": 0, "failed": 0}


def step(name):
    def decorate(function):
        try:
            function()
            results["passed"] += 1
            print(f"ok    {name}")
        except Exception as error:  # every step is told of
            results["failed"] += 1
            traceback.print_exc()
            print(f"FAIL  {name}: {type(error).__name__}: {error}")

    return decorate


def refused(status, code, call):
    try:
        call()
    except SchemaRegistryError as error:
        assert (error.http_status_code, error.error_code) == (status, code), (error.http_status_code, error.error_code, error.error_message)
        return error
    raise AssertionError("it was not refused")


def topic_of(name, config=None):
    topic = f"{name}-{run}"
    for future in admin.create_topics([NewTopic(topic, 1, 1, config=config or {})]).values():
        future.result()
    return topic


def produce(topic, values):
    failures = []
    producer = Producer({"bootstrap.servers": bootstrap, "acks": "all"})
    for value in values:
        producer.produce(topic, value=value, on_delivery=lambda error, _: failures.append(error) if error else None)
    producer.flush(20)
    return failures


def consume(topic, count):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": f"g-{uuid.uuid4()}", "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    values = []
    try:
        while len(values) < count:
            message = consumer.poll(20)
            assert message is not None, f"only {len(values)} of {count} records came"
            if message.error():
                raise KafkaException(message.error())
            values.append(message.value())
    finally:
        consumer.close()
    return values


def at(topic):
    return SerializationContext(topic, MessageField.VALUE)


def record(name, *fields):
    return json.dumps({"type": "record", "name": name, "namespace": "shop", "fields": list(fields)})


def same(one, other):
    return json.loads(one.schema_str) == json.loads(other.schema_str)


ID = {"name": "id", "type": "long"}
NOTE = {"name": "note", "type": "string"}


@step("Avro: serialize, produce, consume, deserialize")
def _():
    topic = topic_of("avro")
    schema = record("Order", ID, {"name": "tags", "type": {"type": "array", "items": "string"}}, {"name": "when", "type": {"type": "long", "logicalType": "timestamp-millis"}})
    serialize = AvroSerializer(registry, schema)
    orders = [{"id": n, "tags": ["a", str(n)], "when": 1767607200000 + n} for n in range(100)]
    assert produce(topic, [serialize(order, at(topic)) for order in orders]) == []
    deserialize = AvroDeserializer(registry)
    read = [deserialize(value, at(topic)) for value in consume(topic, 100)]
    assert [order["id"] for order in read] == list(range(100))
    assert read[3]["tags"] == ["a", "3"]
    assert registry.get_subjects(subject_prefix=f"{topic}-") == [f"{topic}-value"]


@step("Avro: a reader of the next version reads what the one before wrote, an incompatible one is refused")
def _():
    topic = topic_of("evolve")
    first, second = record("Order", ID), record("Order", ID, {**NOTE, "default": "none"})
    assert produce(topic, [AvroSerializer(registry, first)({"id": 1}, at(topic))]) == []
    assert produce(topic, [AvroSerializer(registry, second)({"id": 2, "note": "n"}, at(topic))]) == []
    deserialize = AvroDeserializer(registry, second)
    assert [deserialize(value, at(topic)) for value in consume(topic, 2)] == [{"id": 1, "note": "none"}, {"id": 2, "note": "n"}]
    assert registry.get_versions(f"{topic}-value") == [1, 2]
    incompatible = record("Order", ID, NOTE, {"name": "must", "type": "int"})
    error = refused(409, 409, lambda: AvroSerializer(registry, incompatible)({"id": 1, "note": "", "must": 1}, at(topic)))
    assert "READER_FIELD_MISSING_DEFAULT_VALUE" in error.error_message
    assert registry.test_compatibility(f"{topic}-value", Schema(incompatible, "AVRO"), verbose=True) is False
    assert registry.test_compatibility_all_versions(f"{topic}-value", Schema(second, "AVRO")) is True


@step("Avro: references between subjects")
def _():
    topic = topic_of("references")
    address = Schema(record("Address", {"name": "zip", "type": "string"}), "AVRO")
    registry.register_schema(f"address-{run}", address)
    references = [SchemaReference("shop.Address", f"address-{run}", 1)]
    user = Schema(record("User", ID, {"name": "home", "type": "shop.Address"}), "AVRO", references)
    serialize = AvroSerializer(registry, user)
    assert produce(topic, [serialize({"id": 7, "home": {"zip": "10115"}}, at(topic))]) == []
    (value,) = consume(topic, 1)
    assert AvroDeserializer(registry)(value, at(topic)) == {"id": 7, "home": {"zip": "10115"}}
    registered = registry.get_latest_version(f"{topic}-value")
    assert registry.get_referenced_by(f"address-{run}", 1) == [registered.schema_id]
    refused(422, 42206, lambda: registry.delete_subject(f"address-{run}"))


@step("Avro: the latest version that is registered, and the names of records as subjects")
def _():
    topic = topic_of("latest")
    registry.register_schema(f"{topic}-value", Schema(record("Order", ID), "AVRO"))
    latest = AvroSerializer(registry, record("Order", ID), conf={"auto.register.schemas": False, "use.latest.version": True})
    assert latest({"id": 1}, at(topic))[:1] == b"\x00"
    known = AvroSerializer(registry, record("Order", ID), conf={"auto.register.schemas": False})
    assert known({"id": 1}, at(topic))[:5] == latest({"id": 1}, at(topic))[:5]
    by_record = AvroSerializer(registry, record(f"Named{run}", ID), conf={"subject.name.strategy": record_subject_name_strategy})
    by_record({"id": 1}, at(topic))
    assert f"shop.Named{run}" in registry.get_subjects()


@step("JSON Schema: serialize, validate, evolve, refer")
def _():
    topic = topic_of("json")
    closed = {"type": "object", "title": "Order", "properties": {"id": {"type": "integer"}}, "required": ["id"], "additionalProperties": False}
    serialize = JSONSerializer(json.dumps(closed), registry)
    assert produce(topic, [serialize({"id": 1}, at(topic))]) == []
    wider = {**closed, "properties": {**closed["properties"], "note": {"type": "string"}}}
    assert produce(topic, [JSONSerializer(json.dumps(wider), registry)({"id": 2, "note": "n"}, at(topic))]) == []
    deserialize = JSONDeserializer(json.dumps(wider), schema_registry_client=registry)
    assert [deserialize(value, at(topic)) for value in consume(topic, 2)] == [{"id": 1}, {"id": 2, "note": "n"}]
    narrower = {**closed, "properties": {"id": {"type": "string"}}}
    error = refused(409, 409, lambda: registry.register_schema(f"{topic}-value", Schema(json.dumps(narrower), "JSON")))
    assert "TYPE_CHANGED" in error.error_message
    referring = Schema(json.dumps({"type": "object", "properties": {"order": {"$ref": "order.json"}}}), "JSON", [SchemaReference("order.json", f"{topic}-value", 2)])
    outer = topic_of("json-outer")
    assert produce(outer, [JSONSerializer(referring, registry)({"order": {"id": 3, "note": "x"}}, at(outer))]) == []
    (value,) = consume(outer, 1)
    assert JSONDeserializer(referring, schema_registry_client=registry)(value, at(outer)) == {"order": {"id": 3, "note": "x"}}


@step("subjects, versions, ids, GUIDs and look-ups")
def _():
    subject = f"lookups-{run}"
    schema = Schema(record(f"L{run}", ID), "AVRO")
    full = registry.register_schema_full_response(subject, schema)
    assert registry.register_schema(subject, schema) == full.schema_id
    found = registry.lookup_schema(subject, schema)
    assert (found.version, found.schema_id) == (1, full.schema_id)
    assert same(registry.get_schema(full.schema_id), schema)
    assert same(registry.get_schema_by_guid(full.guid), schema)
    assert registry.get_subjects_by_schema_id(full.schema_id) == [subject]
    assert [(v.subject, v.version) for v in registry.get_schema_versions(full.schema_id)] == [(subject, 1)]
    assert registry.get_version(subject, 1).schema_id == full.schema_id
    assert registry.get_schema_types() == ["AVRO", "JSON"]
    refused(404, 40401, lambda: registry.get_versions("none"))
    refused(404, 40403, lambda: registry.lookup_schema(subject, Schema(record("Other", ID), "AVRO")))
    refused(422, 42201, lambda: registry.register_schema(subject, Schema("syntax = 'proto3';", "PROTOBUF")))
    spread = Schema(json.dumps(json.loads(schema.schema_str), indent=4), "AVRO")
    assert registry.register_schema(subject, spread, normalize_schemas=True) == full.schema_id


@step("configuration, compatibility and modes")
def _():
    subject = f"settings-{run}"
    schema = Schema(record("S", ID), "AVRO")
    registry.register_schema(subject, schema)
    assert registry.set_compatibility(subject, "FULL_TRANSITIVE") == {"compatibility": "FULL_TRANSITIVE"}
    assert registry.get_compatibility(subject) == "FULL_TRANSITIVE"
    registry.set_config(subject, ServerConfig(compatibility=ConfigCompatibilityLevel.NONE, compatibility_group="major"))
    config = registry.get_config(subject)
    assert (config.compatibility_level.name if hasattr(config.compatibility_level, "name") else config.compatibility_level) == "NONE", config
    registry.delete_config(subject)
    refused(404, 40408, lambda: registry.get_config(subject))
    assert registry.get_global_mode() == "READWRITE"
    assert registry.update_mode(subject, "READONLY") == "READONLY"
    refused(422, 42205, lambda: registry.register_schema(subject, Schema(record("S", ID, {**NOTE, "default": ""}), "AVRO")))
    assert registry.get_mode(subject) == "READONLY"
    registry.delete_mode(subject)
    assert registry.get_contexts()[0] == "."


@step("deletion, softly and for good")
def _():
    subject = f"deleted-{run}"
    first, second = Schema(record(f"D{run}", ID), "AVRO"), Schema(record(f"D{run}", ID, {**NOTE, "default": ""}), "AVRO")
    old = registry.register_schema(subject, first)
    registry.register_schema(subject, second)
    assert registry.delete_version(subject, 1) == 1
    assert same(registry.get_schema(old), first)
    assert registry.get_versions(subject) == [2]
    assert registry.delete_version(subject, 1, permanent=True) == 1
    assert registry.delete_subject(subject) == [2]
    refused(404, 40404, lambda: registry.delete_subject(subject))
    assert registry.delete_subject(subject, permanent=True) == [2]
    registry.clear_caches()
    assert registry.register_schema(subject, first) > old


@step("a topic that requires schemas takes no others")
def _():
    topic = topic_of("required", {"confluent.value.schema.validation": "true"})
    serialize = AvroSerializer(registry, record("Required", ID))
    assert produce(topic, [serialize({"id": n}, at(topic)) for n in range(10)]) == []
    (error,) = produce(topic, [b"no schema"])
    assert error.name() == "INVALID_RECORD", error
    other = AvroSerializer(registry, record("Elsewhere", ID))({"id": 1}, at("elsewhere"))
    assert len(produce(topic, [other])) == 1
    assert len(consume(topic, 10)) == 10


print(f"confluent-python: {results['passed']} passed, {results['failed']} failed")
sys.exit(1 if results["failed"] else 0)
