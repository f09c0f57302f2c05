# secured.py CLIENT BOOTSTRAP CA MECHANISM USER PASSWORD TOPIC: logs in over TLS, produces and consumes; a wrong password is refused.
import sys

client, bootstrap, ca, mechanism, user, password, topic = sys.argv[1:]
values = [f"{client} {mechanism} {number}".encode() for number in range(50)]


def with_kafka_python():
    from kafka import KafkaConsumer, KafkaProducer, TopicPartition

    def options(word):
        return dict(
            bootstrap_servers=bootstrap,
            security_protocol="SASL_SSL",
            ssl_cafile=ca,
            sasl_mechanism=mechanism,
            sasl_plain_username=user,
            sasl_plain_password=word,
        )

    producer = KafkaProducer(**options(password), acks="all")
    sent = [producer.send(topic, value, partition=0) for value in values]
    first = min(one.get(timeout=20).offset for one in sent)
    producer.close()
    consumer = KafkaConsumer(**options(password), consumer_timeout_ms=20000, enable_auto_commit=False)
    consumer.assign([TopicPartition(topic, 0)])
    consumer.seek(TopicPartition(topic, 0), first)
    seen = [next(consumer).value for _ in values]
    consumer.close()
    try:
        KafkaProducer(**options("wrong"), max_block_ms=5000, bootstrap_timeout_ms=5000).send(topic, b"x").get(timeout=8)
    except Exception as error:  # which one differs between versions
        return seen, repr(error)
    return seen, None


def with_confluent():
    from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition

    errors = []

    def options(word):
        return {
            "bootstrap.servers": bootstrap,
            "security.protocol": "SASL_SSL",
            "ssl.ca.location": ca,
            "sasl.mechanism": mechanism,
            "sasl.username": user,
            "sasl.password": word,
        }

    offsets = []
    producer = Producer({**options(password), "acks": "all"})
    for value in values:
        producer.produce(topic, value, partition=0, on_delivery=lambda error, record: offsets.append(record.offset()))
    assert producer.flush(20) == 0
    consumer = Consumer({**options(password), "group.id": "none", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, 0, min(offsets))])
    seen = []
    while len(seen) < len(values):
        record = consumer.poll(20)
        assert record is not None, "no more records"
        if not record.error():
            seen.append(record.value())
    consumer.close()
    wrong = Producer({**options("wrong"), "error_cb": lambda error: errors.append(error)})
    for _ in range(50):
        wrong.poll(0.1)
        if any(error.code() == KafkaError._AUTHENTICATION for error in errors):
            return seen, "authentication"
    return seen, None


seen, refusal = with_kafka_python() if client == "kafka-python" else with_confluent()
assert seen == values, seen
assert refusal is not None, "it came in with a wrong password"
print(f"{client} {mechanism}: {len(seen)} records; {refusal[:120]}")
