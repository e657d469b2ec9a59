from hypothesis import settings

settings.register_profile("lib", deadline=None)  # a busy machine is no error
settings.load_profile("lib")
