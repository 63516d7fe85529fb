from django.apps import AppConfig


class BenchmarkConfig(AppConfig):
    name = "benchmarks.sagas"
    label = "benchmark_sagas"
